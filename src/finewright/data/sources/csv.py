"""CSV, also as spreadsheets save it: byte order mark, semicolons or tabs, a `sep=` line, CRLF, multi-line cells.

Knows nothing of what columns mean. The delimiter is the one that cuts the first lines most evenly. A quotation mark
that is never closed would swallow the rest of the file as one cell, so quoting is strict and says where it opened.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, count, islice
from pathlib import Path

from finewright.base.errors import DataError, Place
from finewright.base.recipe import Data
from finewright.base.records import Refusal
from finewright.data.sources.row import Row, Rows
from finewright.data.text import opened

_DELIMITERS = ",;\t|"
_SNIFFED = 50
_LONGEST = 1 << 24
_FAULTS = {
    "unexpected end of data": ("a quotation mark is opened and never closed", "close it, or write a literal one twice"),
    "expected after": ("text follows a closing quotation mark", "write a literal quotation mark inside quotes twice"),
    "field larger": (f"a cell is longer than {_LONGEST:,} characters", "look for a quotation mark that is not closed"),
}


def rows(path: Path, settings: Data) -> Rows:
    """Rows under the header line. Raises DataError for a file without a usable header or not in its encoding."""
    # The limit is the process's, and the default of 131,072 refuses documents that are merely long.
    csv.field_size_limit(_LONGEST)
    with opened(path, settings.encoding) as stream:
        head = list(islice(stream, _SNIFFED))
        declared = _declared(head)
        delimiter = settings.delimiter or declared or sniffed(head)
        before = 1 if declared else 0
        yield from _parsed(path, chain(head[before:], stream), delimiter, before)


def sniffed(head: Sequence[str]) -> str:
    """The delimiter under which most of these lines have as many cells as the first, and at least two."""
    return max(_DELIMITERS, key=lambda delimiter: _evenness(head, delimiter))


def _evenness(head: Sequence[str], delimiter: str) -> tuple[float, int]:
    try:
        widths = [len(cells) for cells in csv.reader(head, delimiter=delimiter) if cells]
    except csv.Error:
        return 0.0, 0
    if not widths or widths[0] < 2:
        return 0.0, 0
    return widths.count(widths[0]) / len(widths), widths[0]


def _declared(head: Sequence[str]) -> str | None:
    """The delimiter that a spreadsheet's `sep=;` line names."""
    first = head[0].strip("\r\n") if head else ""
    return first[-1] if len(first) == 5 and first.casefold().startswith("sep=") else None


def _parsed(path: Path, lines: Iterable[str], delimiter: str, before: int) -> Rows:
    """`before` is how many lines were taken off the start, so that line numbers stay those of the file."""
    header: list[str] = []
    for first, cells in _numbered(lines, delimiter, path.name, before):
        if isinstance(cells, Refusal) and not header:
            raise DataError(f"the header cannot be read: {cells.reason}", place=Place(path, first), remedy=cells.remedy)
        if isinstance(cells, Refusal):
            yield cells
        elif not header:
            header = _header(cells, Place(path, first))
        elif len(cells) != len(header):
            yield _ragged(path.name, first, len(cells), len(header), delimiter)
        else:
            yield Row(first, dict(zip(header, cells, strict=True)))


def _numbered(
    lines: Iterable[str], delimiter: str, source: str, before: int
) -> Iterator[tuple[int, list[str] | Refusal]]:
    """Each non-blank row, or the refusal of an unreadable one, with the physical line it starts on."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        first = before + reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as fault:
            yield first, _unreadable(source, first, before + reader.line_num, str(fault))
        else:
            if cells:
                yield first, cells


def _header(cells: Sequence[str], place: Place) -> list[str]:
    """Column names, blank ones numbered. Raises DataError where two are the same."""
    names = [cell.strip() or f"column {number}" for number, cell in zip(count(1), cells, strict=False)]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise DataError(f"the header has the column '{twice}' twice", place=place, remedy="rename one of them")
    return names


def _ragged(source: str, line: int, width: int, wanted: int, delimiter: str) -> Refusal:
    cells = f"{width} cell{'' if width == 1 else 's'}"
    return Refusal(
        source,
        line,
        f"the row has {cells} where the header has {wanted}",
        f"put quotation marks around a text that contains the delimiter {delimiter!r}",
    )


def _unreadable(source: str, first: int, last: int, fault: str) -> Refusal:
    what, remedy = next((told for mark, told in _FAULTS.items() if mark in fault), (fault, "mend the row"))
    lines = f" (lines {first} to {last} are unreadable)" if last > first else ""
    return Refusal(source, first, what + lines, remedy)
