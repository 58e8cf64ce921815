"""CSV cut into rows as they stand, and a row written anew with nothing changed but the cells that changed.

Reads as `data/sources/csv.py` does; delimiter, quotation marks, line ends and blank lines stay as they were.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TextIO

from finewright.data.sources.csv import sniffed
from finewright.flows.privacy.piece import Raw

LONGEST = 1 << 24
"""Characters from which on a cell is refused: a quotation mark that is never closed would swallow the file."""
_SNIFFED = 50


def allow_long_cells() -> None:
    """The limit is the process's, and its default refuses documents that are merely long."""
    csv.field_size_limit(LONGEST)


def declared(head: Sequence[str]) -> str | None:
    """The delimiter that a spreadsheet's `sep=;` line names."""
    first = head[0].strip("\r\n") if head else ""
    return first[-1] if len(first) == 5 and first.casefold().startswith("sep=") else None


def told(stream: TextIO, asked: str | None) -> tuple[str, str, list[str]]:
    """What the head of a file tells: the delimiter, the `sep=` line (may be empty), and the cells of the first row."""
    allow_long_cells()
    head = list(islice(stream, _SNIFFED))
    said = declared(head)
    delimiter = asked or said or sniffed(head)
    before = head[0] if said else ""
    try:
        first = next((cells for cells in csv.reader(head[1 if said else 0 :], delimiter=delimiter) if cells), [])
    except csv.Error:
        first = []
    return delimiter, before, first


def named(cells: Sequence[str]) -> list[str]:
    """Column names, blank ones and those that come again numbered."""
    names: list[str] = []
    for number, cell in enumerate(cells, 1):
        name = cell.strip() or f"column {number}"
        names.append(f"{name} {number}" if name in names else name)
    return names


class _Lines(Iterator[str]):
    """The lines of a file, remembered until they are taken as a row."""

    def __init__(self, stream: Iterator[str]) -> None:
        self._stream, self._held = stream, list[str]()
        self.number = 0

    def __next__(self) -> str:
        line = next(self._stream)
        self._held.append(line)
        self.number += 1
        return line

    def taken(self) -> str:
        text = "".join(self._held)
        self._held.clear()
        return text


def rows(stream: Iterable[str], delimiter: str) -> Iterator[Raw]:
    """Each row as it stands, unreadable ones too, blank lines with the row before them: joined, they are the file."""
    allow_long_cells()
    lines = _Lines(iter(stream))
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    held: Raw | None = None
    while True:
        first, cells = lines.number + 1, list[str]()
        try:
            cells = next(reader)
            ended = False
        except StopIteration:
            ended = True
        except csv.Error:
            ended, cells = False, ["unreadable"]
        text = lines.taken()
        if held is not None and not cells:
            held = held[0], held[1] + text
        elif text:
            if held is not None:
                yield held
            held = first, text
        if ended:
            break
    if held is not None:
        yield held


def cells_of(raw: str, delimiter: str) -> list[str] | None:
    """The cells of a row; none of a blank one, None where it cannot be read."""
    try:
        return next(
            (cells for cells in csv.reader(io.StringIO(raw, newline=""), delimiter=delimiter, strict=True) if cells), []
        )
    except csv.Error:
        return None


def rewritten(raw: str, before: Sequence[str], after: Sequence[str], delimiter: str) -> str:
    """The row with its changed cells exchanged, in quotation marks where the old one was or the new one needs them."""
    spans = list(_spans(raw, len(before), delimiter))
    if [_bare(raw[start:end]) for start, end in spans] != list(before):
        spans = []
    if not spans:
        return _anew(raw, after, delimiter)
    built, read = [], 0
    for (start, end), old, new in zip(spans, before, after, strict=True):
        if new != old:
            built += [raw[read:start], _quoted(new, raw[start : start + 1] == '"', delimiter)]
            read = end
    return "".join([*built, raw[read:]])


def _spans(raw: str, count: int, delimiter: str) -> Iterator[tuple[int, int]]:
    """Where the cells stand in a row, quotation marks included."""
    mark = re.escape(delimiter)
    cell = re.compile(rf'"[^"]*(?:""[^"]*)*"(?=[{mark}\r\n]|\Z)|[^{mark}\r\n]*')
    at = len(raw) - len(raw.lstrip("\r\n"))
    for _ in range(count):
        match = cell.match(raw, at)
        if match is None:
            return
        yield match.span()
        at = match.end() + 1


def _bare(cell: str) -> str:
    return cell[1:-1].replace('""', '"') if len(cell) > 1 and cell[0] == '"' == cell[-1] else cell


def _quoted(text: str, was: bool, delimiter: str) -> str:
    if was or any(letter in text for letter in (delimiter, '"', "\r", "\n")):
        return '"' + text.replace('"', '""') + '"'
    return text


def _anew(raw: str, cells: Sequence[str], delimiter: str) -> str:
    """Whatever cannot be found again in its row, such as a quotation mark amid a cell."""
    body = raw.rstrip("\r\n")
    return delimiter.join(_quoted(cell, False, delimiter) for cell in cells) + raw[len(body) :]


def by_name(cells: Sequence[str], columns: Sequence[str]) -> Mapping[str, str]:
    """The cells under their columns' names; those beyond the header under a number."""
    beyond = (f"column {number}" for number in range(len(columns) + 1, len(cells) + 1))
    return dict(zip([*columns[: len(cells)], *beyond], cells, strict=True))
