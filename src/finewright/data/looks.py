"""How often a test set has been measured on. A test set that was looked at often is no longer one.

A line of `looks.jsonl` for each run that measured on a test digest. Lines are only ever added, so that two runs at
once lose none; a run that is repeated or resumed counts once.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path

from finewright.base.errors import Place, StorageError
from finewright.base.files import canonical_json

_LEDGER = "looks.jsonl"


def look(home: Path, test_digest: str, run: str) -> int:
    """Note that `run` measures on this test set; returns how many distinct runs have, this one included.

    Raises StorageError where the ledger cannot be written.
    """
    ledger = home / _LEDGER
    content = ledger.read_text(encoding="utf-8") if ledger.exists() else ""
    runs = {one for test, one in _noted(content) if test == test_digest}
    if run not in runs:
        # A line that a crash cut off must not swallow this one.
        gap = "\n" if content and not content.endswith("\n") else ""
        _append(ledger, gap + canonical_json({"run": run, "test": test_digest}) + "\n")
    return len(runs | {run})


def _noted(content: str) -> Iterator[tuple[str, str]]:
    """(test digest, run) of every whole line; a line cut off by a crash was not counted and is passed over."""
    for line in content.split("\n"):
        try:
            row = json.loads(line)
        except ValueError:
            continue
        yield row["test"], row["run"]


def _append(ledger: Path, line: str) -> None:
    try:
        ledger.parent.mkdir(parents=True, exist_ok=True)
        with ledger.open("a", encoding="utf-8") as stream:
            stream.write(line)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as fault:
        reason = fault.strerror or type(fault).__name__
        remedy = "free some disk space or set FINEWRIGHT_HOME to another folder"
        raise StorageError(f"could not be written ({reason})", place=Place(ledger), remedy=remedy) from fault
