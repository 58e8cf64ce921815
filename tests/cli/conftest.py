"""Commands in this process, for every test of them."""

import sys

import pytest

from finewright.cli.main import main
from support.command import Call, Called


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    """Run `finewright` with arguments in this process, as wide as a file."""
    monkeypatch.delenv("COLUMNS", raising=False)

    def called(*arguments: object) -> Called:
        monkeypatch.setattr(sys, "argv", ["finewright", *map(str, arguments)])
        with pytest.raises(SystemExit) as leaving:
            main()
        return Called(leaving.value.code or 0, *capsys.readouterr())

    return called
