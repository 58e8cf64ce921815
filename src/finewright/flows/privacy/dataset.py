"""What became of a run's rows before they are split: kept, changed or refused, and what is told of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from finewright.base.records import Record
from finewright.data.load import Loaded
from finewright.flows.privacy.told import OFF
from finewright.privacy.admission.quarantine import Quarantined

REPLAY = "replay"
"""The one part of a data set of general examples."""


@dataclass(frozen=True, slots=True)
class Change:
    """A row that was changed: its part, its place among the rows of its file, and its place among those kept."""

    part: str
    at: int
    kept: int


class Originals(Mapping[str, Record]):
    """By its new id each changed row as it was, under that id; the rows themselves lie where they were read to."""

    def __init__(self) -> None:
        self._places: dict[str, tuple[Sequence[Record], int]] = {}

    def add(self, name: str, rows: Sequence[Record], at: int) -> None:
        """Note that the row at this place has this id now."""
        self._places[name] = rows, at

    def id_of(self, name: str) -> str:
        """The id that the row of this id was read under; the same for one that was not changed."""
        rows, at = self._places.get(name, (None, 0))
        return name if rows is None else rows[at].id

    def __getitem__(self, name: str) -> Record:
        rows, at = self._places[name]
        return replace(rows[at], id=name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


@dataclass(frozen=True, slots=True)
class DataSet:
    """One version of a data set.

    key        digest of all that decides which rows are kept and what is looked for; empty where nothing is
    version    digest of what came of it, by which the version is called
    loaded     the rows by part, refused ones gone and changed ones changed
    written    the rows of `loaded` as they were written, by part, one for one
    originals  by the new id of each row that was changed, the record as it was, under that id
    refused    rows in quarantine
    card       what the data card says of it
    changes    for sealing: the rows that were changed
    held       for the subject index: (identifier in its one written form, id of a record that holds it)
    sealed     the file it was read from, where it had been sealed before
    replaced   for the vault, where the recipe has one: (kind, surrogate, what it stands for)
    replay     general examples of a file that are learned beside: a version of their own with one part, `REPLAY`
    """

    key: str
    version: str
    loaded: dict[str, Loaded]
    card: dict[str, Any]
    written: Mapping[str, Sequence[Record]] = field(default_factory=dict)
    originals: Originals = field(default_factory=Originals)
    refused: Sequence[tuple[int, Quarantined]] = ()
    changes: Sequence[Change] = ()
    held: Sequence[tuple[str, str]] = ()
    sealed: Path | None = None
    replaced: frozenset[tuple[str, str, str]] = frozenset()
    replay: "DataSet | None" = None

    @property
    def told(self) -> dict[str, Any]:
        """What the data card of a run says: of the examples that it replays as well."""
        return self.card | ({REPLAY: self.replay.card} if self.replay is not None and self.key else {})

    def name_as_written(self, record: Record) -> str:
        """The id that a record was read under: what it is drawn by, so that draws hang on no surrogate."""
        return self.originals.id_of(record.id)

    def as_written(self, records: Iterable[Record]) -> list[Record]:
        """These records with what was replaced back in its place, under the ids that they have."""
        return [self.originals.get(record.id, record) for record in records]


def as_read(loaded: dict[str, Loaded]) -> DataSet:
    """The rows as they were read, with nothing searched for."""
    return DataSet("", "", loaded, dict(OFF), {part: one.records for part, one in loaded.items()})
