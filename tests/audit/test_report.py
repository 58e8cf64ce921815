"""A report's file says when it was edited, and nothing of it is lost on the way."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from finewright.audit.report import Report, read_report, write_report
from finewright.base.errors import StorageError
from finewright.base.results import Figure

REPORT = Report(
    kind="canaries",
    adapter="a" * 64,
    base="b" * 64,
    run="c" * 64,
    made="2026-01-02T03:04:05+00:00",
    asked={"rows": 8},
    figures={"exposure": Figure(1.5, 0.5, 2.5, 8)},
    details={"rows": [{"exposure": 1.5}]},
    notes=("Eight canaries show no less than 3 bits.",),
)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    write_report(tmp_path / "canaries.json", REPORT)
    assert read_report(tmp_path / "canaries.json") == REPORT


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("figures", "exposure", "value"), 0.1),
        (("adapter",), "d" * 64),
        (("made",), "2026-02-02T03:04:05+00:00"),
        (("notes",), []),
        (("asked", "rows"), 80),
        (("more",), 1),
    ],
)
def test_an_edited_report_is_refused(tmp_path: Path, place: tuple[str, ...], value: object) -> None:
    path = tmp_path / "canaries.json"
    write_report(path, REPORT)
    stored = json.loads(path.read_text())
    *way, last = place
    at = stored
    for step in way:
        at = at[step]
    at[last] = value
    path.write_text(json.dumps(stored))
    with pytest.raises(StorageError, match=r"canaries\.json: was changed"):
        read_report(path)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 2}'])
def test_what_is_no_report_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "canaries.json"
    path.write_text(text)
    with pytest.raises(StorageError, match=r"canaries\.json"):
        read_report(path)


def test_two_reports_have_two_digests() -> None:
    assert replace(REPORT, notes=()).digest != REPORT.digest
