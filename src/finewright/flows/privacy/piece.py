"""A run of whole rows of a file, on its way to a process that scrubs it and back. Knows no format and no recogniser."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from finewright.base.files import digest_bytes
from finewright.privacy.admission.rule import Reason

SIZE = 1 << 18
"""Characters from which on a piece is closed at the end of its row: what one process works on at a time."""

Raw = tuple[int, str]
"""A row: the 1-based line it starts on (in Parquet: its row number) and its text with everything up to the next row."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some rows of one file, in its order, and how they are written.

    source    the file's name
    encoding  how its text becomes bytes
    lead      what is written before the rows as it stands: byte order mark, `sep=` line, header
    rows      its rows; of Parquet none, but a `batch` in Arrow's format with `first` the number of its first row
    joint     what stands before each row but the first of the file
    """

    source: str
    encoding: str
    rows: tuple[Raw, ...] = ()
    lead: str = ""
    joint: str = ""
    batch: bytes = b""
    first: int = 1
    count: int = 0

    @property
    def digest(self) -> str:
        """SHA-256 of what stands in the file."""
        text = self.lead + self.joint.join(raw for _, raw in self.rows)
        return digest_bytes(text.encode("utf-8", "surrogatepass") + self.batch)

    @property
    def size(self) -> int:
        """How many bytes of the file it is, about."""
        rows = (len(raw) if raw.isascii() else len(raw.encode("utf-8", "replace")) for _, raw in self.rows)
        return len(self.lead) + sum(rows) + len(self.batch)

    @property
    def number(self) -> int:
        """How many rows it has."""
        return self.count or len(self.rows)


@dataclass(frozen=True, slots=True)
class Refused:
    """A row in quarantine: where it stands, as it stands there, and why."""

    line: int
    text: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a piece.

    content  the bytes that take its place
    joined   from and to which byte it is to be left out where no row was kept before
    kept     rows in `content`; `refused` are all the others
    changed  rows of these in which something was replaced
    found    by kind: identifiers, rows, masked samples
    columns  the columns that were met, of those that decide over admission
    notes    (kind, surrogate, what it stands for), where there is a vault
    """

    content: bytes
    joined: tuple[int, int]
    kept: int
    changed: int
    refused: Sequence[Refused]
    found: Mapping[str, tuple[int, int, Sequence[str]]]
    columns: frozenset[str] = frozenset()
    notes: Sequence[tuple[str, str, str]] = field(default_factory=list)
