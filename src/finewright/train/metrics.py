"""metrics.jsonl: one row per optimizer step and per validation, appended as they happen. Knows nothing of training.

A row is flushed at once, so the file may be followed; after a crash it may be ahead of the last checkpoint, or end
in half a row. `rewind` takes it back to a step, so that a resumed run's file has each step once.
"""

import contextlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

from finewright.base.errors import Place, StorageError
from finewright.base.files import canonical_json, write_jsonl


class Metrics:
    """An append-only log of rows with a `step`; a context manager that closes its file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._stream = self._opened()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Every row was flushed; what is left is half a row that found the disk full, and was told then.
        with contextlib.suppress(OSError):
            self._stream.close()

    def append(self, row: Mapping[str, Any]) -> None:
        """Write one row. Raises StorageError where the disk is full."""
        try:
            self._stream.write(canonical_json(row) + "\n")
            self._stream.flush()
        except OSError as fault:
            raise StorageError(
                f"could not be written ({fault.strerror})", place=Place(self.path), remedy="free some disk space"
            ) from fault

    def rewind(self, step: int) -> None:
        """Drop the rows of later steps than `step`. Raises StorageError where a row before the last is damaged."""
        self._stream.close()
        write_jsonl(self.path, [row for row in rows_of(self.path) if row["step"] <= step])
        self._stream = self._opened()

    def _opened(self) -> TextIO:
        return self.path.open("a", encoding="utf-8")


def rows_of(path: Path) -> Iterator[dict[str, Any]]:
    """The whole rows of a log, which may end in half of one. Raises StorageError where a row before that is damaged."""
    *whole, _torn = path.read_text(encoding="utf-8").split("\n")
    for number, line in enumerate(whole, 1):
        try:
            yield json.loads(line)
        except ValueError as fault:
            raise StorageError(
                "is damaged", place=Place(path, number), remedy="remove that line and run the command again"
            ) from fault
