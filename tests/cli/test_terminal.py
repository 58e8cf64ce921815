"""Where words go and what they may contain."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from finewright.cli.terminal import emit_json, printable, say, show


@given(st.text())
def test_printable_leaves_no_control_character(text: str) -> None:
    shown = printable(text)
    assert len(shown) == len(text)
    assert all(letter.isprintable() or letter in "\n\t" for letter in shown)


@given(st.text(st.characters(categories=["L", "N", "P"])))
def test_printable_keeps_what_can_be_read(text: str) -> None:
    assert printable(text) == text


def test_say_goes_to_standard_error_and_takes_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    say("Reading [red]data.csv")
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "Reading [red]data.csv\n")


def test_show_leaves_long_lines_whole_in_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    line = "a path " + "x" * 300
    show([Text(line)])
    assert capsys.readouterr().out == f"{line}\n"


@dataclass(frozen=True, slots=True)
class _Inner:
    place: Path
    values: tuple[int, ...]


def test_json_knows_dataclasses_and_paths(capsys: pytest.CaptureFixture[str]) -> None:
    emit_json({"inner": [_Inner(Path("a") / "b", (1, 2))]})
    assert json.loads(capsys.readouterr().out) == {"inner": [{"place": "a/b", "values": [1, 2]}]}


def test_json_refuses_what_it_cannot_say() -> None:
    with pytest.raises(TypeError, match="set has no JSON form"):
        emit_json({"a": {1}})
