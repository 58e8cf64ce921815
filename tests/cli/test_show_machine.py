"""Estimate, doctor, bases and settings as text."""

import pytest
from rich.console import Console, RenderableType

from finewright.cli.show_machine import doctor_table, duration, estimate_parts, settings_table, size
from finewright.flows.doctor import Finding
from finewright.flows.estimate import Estimate


def text_of(*parts: RenderableType) -> str:
    console = Console(width=120, color_system=None)
    with console.capture() as captured:
        for part in parts:
            console.print(part)
    return captured.get()


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 bytes"), (999, "999 bytes"), (1500, "2 KB"), (94e6, "94 MB"), (2.25e9, "2.2 GB")]
)
def test_sizes(count: float, said: str) -> None:
    assert size(count) == said


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0.5, "30 seconds"),
        (0.017, "1 second"),
        (0.995, "1 minute"),
        (1.3, "1 minute"),
        (1.6, "2 minutes"),
        (8.4, "8 minutes"),
        (89.7, "1.5 hours"),
        (240, "4.0 hours"),
    ],
)
def test_durations(minutes: float, said: str) -> None:
    assert duration(minutes) == said


def test_estimate_sets_need_against_what_there_is() -> None:
    needed = Estimate(3 * 10**9, 8 * 10**9, {"training": 6.0, "total": 7.0}, 10**8, 5 * 10**9, ("Assumes much.",))
    said = text_of(*estimate_parts(needed))
    assert [line.split() for line in said.splitlines() if line.startswith(("memory", "disk"))] == [
        ["memory", "3.0", "GB", "8.0", "GB"],
        ["disk", "100", "MB", "5.0", "GB"],
    ]
    assert "6 minutes" in said
    assert "Assumes much." in said


def test_doctor_gives_state_and_remedy() -> None:
    said = text_of(
        doctor_table([Finding("memory", "warn", "3 GB free", "close [b]programs"), Finding("gpu", "ok", "none")])
    )
    assert said.splitlines()[0].split() == ["warn", "memory", "3", "GB", "free;", "close", "[b]programs"]
    assert said.splitlines()[1].split() == ["ok", "gpu", "none"]


def test_settings_tell_written_from_default() -> None:
    said = text_of(settings_table([("seed", 7, "recipe line 3"), ("train.rows", None, "default")]))
    assert [line.split() for line in said.splitlines()[1:]] == [
        ["seed", "7", "recipe", "line", "3"],
        ["train.rows", "none", "default"],
    ]
