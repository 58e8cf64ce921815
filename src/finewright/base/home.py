"""The folder that is kept between runs: bases, ledgers, keys. Knows nothing of what lies in it."""

import os
from pathlib import Path


def home() -> Path:
    """Where bases and ledgers are kept: FINEWRIGHT_HOME, or `~/.finewright`."""
    return Path(os.environ.get("FINEWRIGHT_HOME") or Path.home() / ".finewright").expanduser()
