"""Which format reads a file, told by its ending, and which files a folder holds. Knows no chunks and no index."""

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from finewright.base.errors import DataError, Place
from finewright.retrieve.formats.html import html
from finewright.retrieve.formats.pdf import pdf
from finewright.retrieve.formats.table import csv_table, jsonl_table
from finewright.retrieve.formats.text import text
from finewright.retrieve.section import Reading

_READERS: Mapping[str, Callable[[Path], Reading]] = {
    ".txt": text,
    ".md": text,
    ".markdown": text,
    ".html": html,
    ".htm": html,
    ".pdf": pdf,
}
_TABLES: Mapping[str, Callable[[Path, str | None], Reading]] = {
    ".csv": csv_table,
    ".tsv": csv_table,
    ".jsonl": jsonl_table,
    ".ndjson": jsonl_table,
}
_LARGEST = 200_000_000


def read(path: Path, column: str | None = None) -> Reading:
    """A file's sections; `column` names who may read each row of a table.

    Raises DataError for a file that is missing, unreadable, empty, too large, of no known kind, or not what its ending
    says; of a table's faulty rows each is told in the reading.
    """
    kind = path.suffix.casefold()
    if kind not in _READERS and kind not in _TABLES:
        known = ", ".join(ending.removeprefix(".") for ending in (*_READERS, *_TABLES))
        raise DataError(f"'{kind}' is no known ending", place=Place(path), remedy=f"known are {known}")
    _check(path)
    try:
        found = _READERS[kind](path) if kind in _READERS else _TABLES[kind](path, column)
    except DataError as fault:
        raise DataError(fault.what, place=fault.place or Place(path), remedy=_remedy(fault)) from fault
    if not any(section.text.strip() for section in found.sections):
        raise DataError("has no text", place=Place(path), remedy="leave it out")
    return found


def files(path: Path) -> Iterator[Path]:
    """The file itself, or all files of a folder and those below it, by name; hidden ones are passed over.

    Raises DataError where there is nothing at the path, or a folder cannot be looked into.
    """
    if path.is_dir():
        try:
            entries = sorted(path.iterdir(), key=lambda entry: entry.name)
        except OSError as fault:
            raise _unopened(path, fault) from fault
        for entry in entries:
            # A link may lead round in a circle, or out of what was meant.
            if not entry.name.startswith(".") and not (entry.is_dir() and entry.is_symlink()):
                yield from files(entry)
    elif os.path.lexists(path):
        yield path
    else:
        raise DataError("there is no such file", place=Place(path), remedy="check the path")


def _check(path: Path) -> None:
    if not path.is_file():
        raise DataError("is no ordinary file", place=Place(path), remedy="leave it out")
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            stream.read(1)
    except OSError as fault:
        raise _unopened(path, fault) from fault
    if not size:
        raise DataError("is empty", place=Place(path), remedy="leave it out")
    if size > _LARGEST:
        raise DataError(
            f"is {size / 1e6:,.0f} MB large, and {_LARGEST / 1e6:,.0f} MB is the most",
            place=Place(path),
            remedy="split it",
        )


def _unopened(path: Path, fault: OSError) -> DataError:
    reason = fault.strerror or type(fault).__name__
    return DataError(f"cannot be opened ({reason})", place=Place(path), remedy="check its permissions")


def _remedy(fault: DataError) -> str:
    """The remedy of a source, which may speak of a recipe's keys, where there is no recipe."""
    if fault.what == "is a PDF":
        return "give it the ending .pdf"
    return "save it as UTF-8 text" if "`data." in fault.remedy else fault.remedy
