"""A bar within a bar: the outer one alone is shown, and the next one after it again."""

import pytest

from finewright.base.progress import progress


def test_within_a_bar_no_other_is_shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("finewright.base.progress.interactive", lambda: True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    with progress("Training", 2) as outer:
        with progress("Answering", 4) as inner:
            inner(4, note="inside")
        outer(2)
    with progress("Afterwards", 1) as after:
        after(1)
    shown = capsys.readouterr().err
    assert "Training" in shown
    assert "Afterwards" in shown
    assert "Answering" not in shown
