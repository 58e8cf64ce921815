"""Rows that were refused: kept whole with every reason, readable by their owner alone. None is lost, none is twice.

quarantine.jsonl     a row a line: its place, its record as it was, the columns that decided, the reasons
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path

from finewright.base.errors import DataError, Place
from finewright.base.files import canonical_json, writing
from finewright.base.records import Record
from finewright.privacy.admission.rule import Reason

_OWNER_ALONE = 0o600


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A refused row: the part it would have been in, the record as it was, columns by name, and why. Never empty."""

    part: str
    record: Record
    columns: Mapping[str, str]
    reasons: tuple[Reason, ...]


def write_quarantine(path: Path, rows: Iterable[Quarantined]) -> None:
    """Write the rows, whole or not at all, readable by their owner alone. Raises StorageError where that fails."""
    with writing(path) as temporary:
        temporary.chmod(_OWNER_ALONE)
        with temporary.open("w", encoding="utf-8") as stream:
            for row in rows:
                stream.write(canonical_json(asdict(row)) + "\n")


def check_reconciled(part: str, before: Sequence[Record], kept: Iterable[int], refused: Iterable[int]) -> None:
    """Raise DataError unless each row of `before` is, by its place in it, either kept or refused, and exactly once."""
    counted, stray = bytearray(len(before)), False
    for at in chain(kept, refused):
        if 0 <= at < len(before):
            counted[at] = min(counted[at] + 1, 2)
        else:
            stray = True
    lost = next((at for at, times in enumerate(counted) if times != 1), None)
    if lost is None and not stray:
        return
    times = "neither kept nor refused" if lost is not None and not counted[lost] else "kept and refused at once"
    row = before[lost] if lost is not None else before[-1]
    raise DataError(
        f"of the {len(before):,} {part} rows one is {times}, so that rows in are not rows kept and rows quarantined",
        place=Place(row.source, row.line),
        remedy="remove the run folder and run the recipe again",
    )
