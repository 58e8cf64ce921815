"""What a scope has put in the place of something, as keyed digests in one file, so that it is known again.

A text or value that was issued is left alone when it is met again: scrubbing twice equals once, in another run or
process too. The file holds two digests and a number for each and nothing that can be read. Knows no kind and no text.

The danger of it is a real value that happens to equal an issued surrogate, and would be left standing. So whatever
was issued belongs to a family of texts that look alike, with a known number of possible ones; it is known again only
while fewer than one in `SPARSE` of them was issued, which bounds the chance for any real value by 1 / SPARSE. Dense
families, such as four-digit order numbers, are told apart by the row or file they stand in, which is issued as well.
"""

import os
import sqlite3
from pathlib import Path
from typing import Any

from finewright.base.errors import Place, StorageError
from finewright.privacy.keyed import Keyed

SPARSE = 200
_FEW = 4  # so few are known in a family however small it is: a text with one short number in it
_AT_ONCE = 2000
_TABLES = """
CREATE TABLE IF NOT EXISTS issued (digest BLOB PRIMARY KEY, family BLOB NOT NULL, space REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS family (digest BLOB PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
"""
_COUNTED = """
INSERT INTO main.family
SELECT family, COUNT(*) FROM other.issued WHERE digest NOT IN (SELECT digest FROM main.issued) GROUP BY family
ON CONFLICT(digest) DO UPDATE SET count = count + excluded.count
"""


class Issued:
    """The issued digests of one scope. Several processes may share the file; call `flush` before handing work on."""

    def __init__(self, path: Path, keyed: Keyed) -> None:
        self._path, self._keyed = path, keyed
        self._waiting: dict[bytes, tuple[bytes, float]] = {}
        self._counts: dict[bytes, int] = {}
        self._process = 0
        self._opened: sqlite3.Connection | None = None

    def add(self, unit: str, family: str, space: float) -> None:
        """Note that `unit` was issued, as one of a family of `space` possible ones."""
        digest = self._digest("unit", unit)
        if self._found(digest) is None:
            of = self._digest("family", family)
            self._waiting[digest] = (of, space)
            self._counts[of] = self._counts.get(of, 0) + 1
            if len(self._waiting) >= _AT_ONCE:
                self.flush()

    def knows(self, unit: str) -> bool:
        """Whether `unit` was issued, and its family is sparse enough to say that it is no real one."""
        found = self._found(self._digest("unit", unit))
        return found is not None and self._count(found[0]) <= max(_FEW, found[1] / SPARSE)

    def flush(self) -> None:
        """Write what is waiting. Raises StorageError where the file cannot be written or is damaged."""
        if not self._waiting:
            return
        try:
            opened = self._connection()
            with opened:  # all of it or nothing
                opened.execute("BEGIN IMMEDIATE")
                opened.executemany(
                    "INSERT INTO family VALUES (?, 1) ON CONFLICT(digest) DO UPDATE SET count = count + 1",
                    [(row[1],) for row in self._rows() if self._new(opened, row)],
                )
        except sqlite3.Error as fault:
            raise self._unusable(fault) from fault
        self._waiting.clear()
        self._counts.clear()

    def take(self, other: Path) -> None:
        """Add all that another file of the same scope holds. Raises StorageError where one of them cannot be used."""
        self.flush()
        try:
            opened = self._connection()
            opened.execute("ATTACH ? AS other", (str(other),))
            with opened:  # all of it or nothing
                opened.execute("BEGIN IMMEDIATE")
                opened.execute(_COUNTED)
                opened.execute("INSERT OR IGNORE INTO main.issued SELECT * FROM other.issued")
            opened.execute("DETACH other")
        except sqlite3.Error as fault:
            raise self._unusable(fault) from fault

    def close(self) -> None:
        """Write what is waiting and let go of the file."""
        self.flush()
        if self._opened is not None and self._process == os.getpid():
            self._opened.close()
        self._opened = None

    def _rows(self) -> list[tuple[bytes, bytes, float]]:
        return [(digest, family, space) for digest, (family, space) in self._waiting.items()]

    def _found(self, digest: bytes) -> tuple[bytes, float] | None:
        if digest in self._waiting:
            return self._waiting[digest]
        row = self._asked("SELECT family, space FROM issued WHERE digest = ?", digest)
        return (bytes(row[0]), float(row[1])) if row else None

    def _count(self, family: bytes) -> int:
        row = self._asked("SELECT count FROM family WHERE digest = ?", family)
        return (int(row[0]) if row else 0) + self._counts.get(family, 0)

    def _asked(self, question: str, digest: bytes) -> tuple[Any, ...] | None:
        try:
            row: tuple[Any, ...] | None = self._connection().execute(question, (digest,)).fetchone()
        except sqlite3.Error as fault:
            raise self._unusable(fault) from fault
        return row

    @staticmethod
    def _new(opened: sqlite3.Connection, row: tuple[bytes, bytes, float]) -> bool:
        return opened.execute("INSERT OR IGNORE INTO issued VALUES (?, ?, ?)", row).rowcount > 0

    def _connection(self) -> sqlite3.Connection:
        """The file, opened anew in each process: a connection does not survive a fork."""
        if self._opened is None or self._process != os.getpid():
            handle = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600)
            os.close(handle)
            self._opened = sqlite3.connect(self._path, timeout=60, isolation_level=None)
            self._process = os.getpid()
            self._opened.executescript(_TABLES)
        return self._opened

    def _digest(self, *names: str) -> bytes:
        return self._keyed.digest("issued", *names)[:16]

    def _unusable(self, fault: Exception) -> StorageError:
        return StorageError(
            f"cannot be used ({fault})",
            place=Place(self._path),
            remedy="remove it: the surrogates stay the same, only what was scrubbed before is no longer known",
        )
