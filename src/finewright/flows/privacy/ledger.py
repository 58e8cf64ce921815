"""What was done so far, so that a run that was stopped goes on where it was. Knows no format and no recogniser.

    .NAME.scrub/            beside the file that is written, mode 700
      journal.jsonl         what the run is of, then a line a piece: digests, lengths, counts
      content               what will be the file
      quarantine            refused rows, a line each
      issued.sqlite         what the run has issued, as keyed digests (`Issuing`)
      scope/                the secret key, where the run has one of its own
      notes/                for a vault: what each surrogate of a piece stands for, encrypted

A line of the journal is written when its bytes are. What follows the last whole line that fits its bytes is done again.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from finewright.base.errors import Place, StorageError
from finewright.base.files import canonical_json, digest_bytes
from finewright.flows.privacy.piece import Done, Piece, Refused
from finewright.flows.privacy.rewriting import line_of

_BLOCK = 1 << 20
_OWNER_ALONE = 0o600


@dataclass(frozen=True, slots=True)
class Entry:
    """One piece in the journal. `taken` is the digest of what it was, `content` and `quarantine` bytes that came of it.

    found    by kind: identifiers, rows, masked samples
    refused  by the rule that refused first: rows, why, where they belong
    """

    source: str
    taken: str
    digest: str
    content: int
    quarantine: int
    rows: int
    kept: int
    changed: int
    quarantined: int
    found: Mapping[str, Any]
    refused: Mapping[str, Any]
    columns: Sequence[str] = ()

    @classmethod
    def of(cls, piece: Piece, done: Done, content: bytes, quarantine: bytes) -> "Entry":
        """The entry of a piece that these bytes came of."""
        return cls(
            source=piece.source,
            taken=piece.digest,
            digest=digest_bytes(content),
            content=len(content),
            quarantine=len(quarantine),
            rows=piece.number,
            kept=done.kept,
            changed=done.changed,
            quarantined=len(done.refused),
            found={kind: list(told) for kind, told in done.found.items()},
            refused=_by_rule(done.refused),
            columns=sorted(done.columns),
        )


class Ledger:
    """The work folder of one run. `entries` are the pieces that are done, in order."""

    def __init__(self, out: Path) -> None:
        self.folder = out.parent / f".{out.name}.scrub"
        self.content, self.quarantine = self.folder / "content", self.folder / "quarantine"
        self.issued = self.folder / "issued.sqlite"
        self._journal = self.folder / "journal.jsonl"
        self._streams: list[BinaryIO] = []

    def note(self, number: int) -> Path:
        """Where the notes of a piece lie, of which each has some where there is a vault."""
        return self.folder / "notes" / f"{number:08}"

    def opened(self, of: Mapping[str, Any]) -> list[Entry]:
        """What is done of this very run, ready to be gone on with; whatever is there of another run is removed."""
        entries = self._entries(dict(of))
        if entries is None:
            self.remove()
            self.folder.mkdir(parents=True, mode=0o700)
            self._journal.write_text(canonical_json(dict(of)) + "\n", encoding="utf-8")
            entries = []
        self._cut(entries)
        return entries

    def keep(self, piece: Piece, done: Done, first: bool) -> Entry:
        """Note a piece; `first` tells whether no row was kept before it. Outlives this process once it returns."""
        content = done.content[: done.joined[0]] + done.content[done.joined[1] :] if first else done.content
        refused = "".join(line_of(piece.source, row) for row in done.refused).encode("utf-8", "surrogatepass")
        entry = Entry.of(piece, done, content, refused)
        try:
            for stream, added in zip(self._streams, (content, refused, _line(entry)), strict=True):
                stream.write(added)
                stream.flush()
        except OSError as fault:
            remedy = "free some disk space and run the same command again: it goes on where it was"
            raise StorageError(
                f"could not be written ({fault.strerror})", place=Place(self.folder), remedy=remedy
            ) from fault
        return entry

    def check(self, quarantined: int) -> None:
        """Raise StorageError unless as many rows are written to quarantine as were refused."""
        self.close()
        with self.quarantine.open("rb") as stream:
            lines = sum(block.count(b"\n") for block in iter(lambda: stream.read(_BLOCK), b""))
        if lines != quarantined:
            what = f"holds {lines:,} rows where {quarantined:,} were refused"
            raise StorageError(what, place=Place(self.quarantine), remedy="remove its folder and run the command again")

    def contents(self, entries: Sequence[Entry]) -> Iterator[bytes]:
        """The bytes of each piece, in order."""
        with self.content.open("rb") as stream:
            for entry in entries:
                yield stream.read(entry.content)

    def close(self) -> None:
        """Let go of the files."""
        for stream in self._streams:
            stream.close()
        self._streams = []

    def remove(self) -> None:
        """All is where it belongs."""
        self.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _entries(self, of: dict[str, Any]) -> list[Entry] | None:
        """The whole lines of the journal whose bytes are there; None where it is of another run."""
        if not self._journal.exists():
            return None
        lines = [line for line in self._journal.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]
        try:
            if not lines or json.loads(lines[0]) != of:
                return None
            found = [Entry(**json.loads(line)) for line in lines[1:]]
        except (ValueError, TypeError):
            return None
        return list(self._there(found))

    def _there(self, entries: Sequence[Entry]) -> Iterator[Entry]:
        if not self.content.exists() or not self.quarantine.exists():
            return
        left = self.quarantine.stat().st_size
        with self.content.open("rb") as stream:
            for entry in entries:
                left -= entry.quarantine
                if left < 0 or _digest(stream, entry.content) != entry.digest:
                    return
                yield entry

    def _cut(self, entries: Sequence[Entry]) -> None:
        """Take away what belongs to no entry, and open the files to be added to."""
        head = self._journal.read_bytes().split(b"\n", 1)[0] + b"\n"
        whole = len(head) + sum(len(_line(entry)) for entry in entries)
        sizes = (sum(entry.content for entry in entries), sum(entry.quarantine for entry in entries), whole)
        for path, size in zip((self.content, self.quarantine, self._journal), sizes, strict=True):
            path.touch(_OWNER_ALONE)
            stream = path.open("r+b")
            stream.truncate(size)
            stream.seek(size)
            self._streams.append(stream)


def _by_rule(refused: Sequence[Refused]) -> dict[str, Any]:
    rules: dict[str, Any] = {}
    for first in (row.reasons[0] for row in refused):
        rules[first.rule] = [rules.get(first.rule, [0])[0] + 1, first.because, first.belongs]
    return rules


def _line(entry: Entry) -> bytes:
    return canonical_json(asdict(entry)).encode() + b"\n"


def _digest(stream: BinaryIO, length: int) -> str:
    """SHA-256 of the next bytes; of fewer where there are no more, which is another."""
    running = hashlib.sha256()
    while length > 0 and (block := stream.read(min(_BLOCK, length))):
        running.update(block)
        length -= len(block)
    return running.hexdigest() if length == 0 else ""
