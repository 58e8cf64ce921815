"""Each way a command can end early: the sentence on standard error, the exit code, never a traceback."""

import errno
import os
from pathlib import Path

import pytest

from finewright.base.errors import DataError, FinewrightError, Interrupted, Place, RecipeError, VerdictRefused
from finewright.cli import faults


def test_input_at_fault_is_two_and_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    fault = DataError("the row has 3 columns, 2 expected", place=Place("a.csv", 7), remedy="quote the comma")

    assert faults.report(fault) == 2
    said = capsys.readouterr()
    assert said.err == "a.csv:7: the row has 3 columns, 2 expected; quote the comma.\n"
    assert said.out == ""


def test_every_fault_of_a_recipe_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert faults.report(RecipeError([DataError("one"), DataError("two")])) == 2
    assert capsys.readouterr().err == "one.\ntwo.\n"


@pytest.mark.parametrize(("fault", "code"), [(VerdictRefused("no"), 3), (Interrupted("stopped"), 1)])
def test_exit_codes_follow_the_error_tree(fault: FinewrightError, code: int) -> None:
    assert faults.report(fault) == code


def test_ctrl_c_says_how_to_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert faults.report(KeyboardInterrupt()) == 1
    assert capsys.readouterr().err == "stopped; run the same command again to resume.\n"


def test_full_disk_names_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert faults.report(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "runs/x.bin")) == 1
    said = capsys.readouterr().err
    assert said.startswith("runs/x.bin could not be read or written (No space left on device)")
    assert "free some disk space" in said


@pytest.mark.parametrize("fault", [MemoryError(), RuntimeError("DefaultCPUAllocator: can't allocate memory: you")])
def test_exhausted_memory_names_the_settings_to_lower(fault: Exception, capsys: pytest.CaptureFixture[str]) -> None:
    assert faults.report(fault) == 1
    assert "train.micro_tokens" in capsys.readouterr().err


def _broken() -> Exception:
    try:
        return [][1]
    except IndexError as fault:
        return fault


def test_a_fault_of_ours_keeps_the_traceback_in_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.delenv("FINEWRIGHT_DEBUG", raising=False)

    assert faults.report(_broken()) == 1
    said = capsys.readouterr().err
    (kept,) = tmp_path.iterdir()
    assert str(kept) in said
    assert "fault of finewright" in said
    assert "Traceback" not in said
    assert "Traceback" in kept.read_text()
    assert "test_faults.py" in kept.read_text()


def test_debug_shows_the_traceback(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("FINEWRIGHT_DEBUG", "1")
    assert faults.report(_broken()) == 1
    assert "Traceback" in capsys.readouterr().err


def test_data_in_a_message_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    faults.report(DataError("the label '\x1b[2J' is odd [bold]"))
    said = capsys.readouterr().err
    assert "\x1b" not in said
    assert "[bold]" in said
