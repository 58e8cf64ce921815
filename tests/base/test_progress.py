"""Progress is for people at a terminal, and for nobody else."""

import subprocess
import sys

import pytest

from finewright.base.progress import progress

QUIET = """
import sys
from finewright.base.progress import progress
with progress("Reading", 2) as advance:
    advance(2, note="done")
sys.exit("rich" in sys.modules)
"""


def test_without_a_terminal_nothing_is_shown_or_imported() -> None:
    done = subprocess.run([sys.executable, "-c", QUIET], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_at_a_terminal_title_count_rate_and_note_are_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("finewright.base.progress.interactive", lambda: True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    with progress("Reading", 4, unit="rows") as advance:
        advance(1)
        advance(3, note="loss 0.5")
    shown = capsys.readouterr().err
    assert "Reading" in shown
    assert "4/4" in shown
    assert "loss 0.5" in shown
