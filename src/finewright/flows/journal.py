"""Answers as they come, one JSON line each, so that a failure or a crash loses none of those before it. Knows no arm.

A line cut off by a crash is the last one, and its row counts as not asked. Every other damage is told.
"""

import json
from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from finewright.base.errors import Place, StorageError
from finewright.base.files import canonical_json
from finewright.base.records import Prediction

Keep = Callable[[Prediction, float], None]
"""Appends a prediction with the wall seconds spent by then."""


@dataclass(frozen=True, slots=True)
class Journal:
    """The file of answers so far."""

    path: Path

    def read(self, records: Set[str]) -> tuple[dict[str, Prediction], float]:
        """Predictions by record id, and the seconds they took. Raises StorageError where one is not of `records`."""
        found: dict[str, Prediction] = {}
        seconds = 0.0
        for number, line in enumerate(self._lines(), 1):
            try:
                row = json.loads(line)
                prediction, seconds = Prediction(**row["row"]), float(row["seconds"])
            except (KeyError, TypeError, ValueError) as fault:
                raise self._damaged(number) from fault
            if prediction.record not in records:
                raise self._damaged(number)
            found[prediction.record] = prediction
        return found, seconds

    @contextmanager
    def writing(self) -> Iterator[Keep]:
        """A function that appends a line, which outlives this process once it returns."""
        whole = sum(len(line) for line in self._lines())
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab") as stream:
            stream.truncate(whole)

            def keep(prediction: Prediction, seconds: float) -> None:
                line = canonical_json({"row": asdict(prediction), "seconds": seconds})
                try:
                    stream.write(line.encode() + b"\n")
                    stream.flush()
                except OSError as fault:
                    remedy = "free some disk space and run the same command again"
                    raise StorageError("could not be written", place=Place(self.path), remedy=remedy) from fault

            yield keep

    def remove(self) -> None:
        """Its answers are stored elsewhere."""
        self.path.unlink(missing_ok=True)

    def _lines(self) -> list[bytes]:
        """The whole lines; what follows the last line break is what a crash left."""
        if not self.path.exists():
            return []
        return [line for line in self.path.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]

    def _damaged(self, number: int) -> StorageError:
        remedy = "remove it and run the same command again"
        return StorageError("is damaged, or of another run", place=Place(self.path, number), remedy=remedy)
