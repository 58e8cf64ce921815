"""The data report as text: every refused row, the first of everything else, and what the model learns to write."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich.console import Console, RenderableType

from finewright.base.errors import Place
from finewright.base.records import Refusal
from finewright.cli.show_check import check_parts, first_lines, preview_parts
from finewright.flows.check import CheckReport, FileCheck, Pair


def text_of(parts: Iterable[RenderableType], *, colour: bool = False) -> str:
    console = Console(width=140, force_terminal=colour, color_system="standard" if colour else None, highlight=False)
    with console.capture() as captured:
        for part in parts:
            console.print(part)
    return captured.get()


def report(**changes: Any) -> CheckReport:
    usual: dict[str, Any] = {
        "recognised": "CSV with columns text and label.",
        "files": [FileCheck("train", Path("a.csv"), 12, [])],
        "on_bad": "stop",
        "kind": "classes",
        "label_counts": {"card": 4, "cash": 8},
        "duplicates": [],
        "near_duplicates": [],
        "contradictions": [],
        "parts": {"train": 8, "validation": 2, "test": 2},
        "departures": [],
        "limit": 512,
        "lengths": None,
        "too_long": [],
        "when_too_long": "stop",
        "preview": [],
    }
    return CheckReport(**(usual | changes))


def test_every_refused_row_is_listed() -> None:
    refused = [Refusal("a.csv", line, "has no label", "write one") for line in range(2, 52)]
    said = text_of(check_parts(report(files=[FileCheck("train", Path("a.csv"), 12, refused)]), colour=False))
    assert all(f"a.csv:{line}: has no label; write one" in said for line in range(2, 52))
    assert "12 rows kept, 50 refused" in said


def test_long_lists_show_ten_and_count_the_rest() -> None:
    pairs = [Pair(Place("a.csv", 2), Place("a.csv", line)) for line in range(3, 28)]
    said = text_of(check_parts(report(duplicates=pairs), colour=False))
    assert "Duplicate rows: 25" in said
    assert "a.csv:12 repeats a.csv:2" in said
    assert "a.csv:13 repeats" not in said
    assert "and 15 more" in said


def test_ten_rows_are_all_shown() -> None:
    said = text_of(first_lines("Rows", list(range(10)), str))
    assert "more" not in said
    assert said.splitlines()[-1].strip() == "9"


def test_labels_come_by_frequency() -> None:
    said = text_of(check_parts(report(), colour=False))
    assert said.index("cash") < said.index("card")


def test_labels_only_for_classes() -> None:
    assert "rows\n" not in text_of(check_parts(report(kind="text", label_counts={}), colour=False))


def test_contradictions_name_every_place() -> None:
    group = (Place("a.csv", 2), Place("a.csv", 9))
    assert "a.csv:2, a.csv:9 say the same" in text_of(check_parts(report(contradictions=[group]), colour=False))


def test_without_the_base_the_note_says_so() -> None:
    assert "pull the base" in text_of(check_parts(report(note="pull the base"), colour=False))


def test_what_another_server_wants_to_know_is_shown() -> None:
    assert "start vLLM with" in text_of(check_parts(report(portability=["start vLLM with"]), colour=False))


PREVIEW = [("<|user|>Where is [b]my card?\x1b[2J<|assistant|>", False), ("card<|end|>", True)]


def test_supervised_text_is_in_brackets_where_there_is_no_colour() -> None:
    said = text_of(preview_parts(PREVIEW, colour=False))
    assert "<|assistant|>⟦card<|end|>⟧" in said
    assert "[b]my card?" in said
    assert "\x1b" not in said


def test_supervised_text_is_green_on_a_terminal() -> None:
    said = text_of(preview_parts(PREVIEW, colour=True), colour=True)
    assert "\x1b[32mcard<|end|>\x1b[0m" in said
    assert "⟦" not in said
