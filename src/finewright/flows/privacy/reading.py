"""How a data file is read and written back: its format, its encoding and mark, its delimiter, its columns.

Cuts a file, or a folder of texts, into pieces. Knows no settings of privacy.
"""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TextIO

from finewright.base.errors import InputError, Place
from finewright.base.recipe import Data
from finewright.data.filetype import file_type
from finewright.data.sources.text import documents
from finewright.data.text import opened
from finewright.flows.privacy import delimited, elements, tables, texts
from finewright.flows.privacy.piece import SIZE, Piece, Raw
from finewright.privacy.cells import Finds

TABULAR = frozenset({".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".parquet", ".pq"})
_BY_WORDS = frozenset({"person", "company", "place", "address", "birth_date"})
"""Kinds without a form of their own: a column may be called Jordan."""
_WIDE = {codecs.BOM_UTF32_LE: "utf-32-le", codecs.BOM_UTF32_BE: "utf-32-be", codecs.BOM_UTF16_LE: "utf-16-le"}
_MARKS = {**_WIDE, codecs.BOM_UTF16_BE: "utf-16-be", codecs.BOM_UTF8: "utf-8"}


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is read.

    kind       csv, jsonl, json, parquet or text
    encoding   the encoding that was asked for; a byte order mark decides over it
    delimiter  of CSV
    columns    of CSV, the names under the header; where the first row is none, numbers
    headed     whether CSV begins with a header
    """

    kind: str
    encoding: str = "utf-8"
    delimiter: str = ","
    columns: tuple[str, ...] = ()
    headed: bool = True


def reading_of(path: Path, data: Data, find: Finds) -> Reading:
    """How a file is read. A `.txt` file, one of an unknown ending and a folder are text unless `data.type` says else.

    Raises DataError where it is missing, empty or cannot be read.
    """
    kind = _kind(path, data)
    if kind != "csv":
        return Reading(kind, data.encoding)
    with opened(path, data.encoding) as stream:
        delimiter, _, first = delimited.told(stream, data.delimiter)
    headed = not any(one.kind not in _BY_WORDS for cell in first for one in find(cell))
    names = delimited.named(first if headed else [""] * len(first))
    return Reading(kind, data.encoding, delimiter, tuple(names), headed)


def files_of(path: Path, reading: Reading) -> list[Path]:
    """The files that are read: one, or the texts of a folder."""
    return list(documents(path)) if reading.kind == "text" else [path]


def pieces(path: Path, reading: Reading, find: Finds) -> Iterator[Piece]:
    """The whole file or folder, in order. Raises DataError where it cannot be read on."""
    for file in files_of(path, reading):
        if reading.kind == "parquet":
            yield from tables.pieces(file)
            continue
        mark, encoding = _written(file, reading.encoding)
        with opened(file, reading.encoding) as stream:
            yield Piece(file.name, encoding, lead=mark)
            yield from _cut(stream, file, reading, encoding, find)


def _cut(stream: TextIO, file: Path, reading: Reading, encoding: str, find: Finds) -> Iterator[Piece]:
    if reading.kind == "text":
        for line, text in texts.parts(stream, find):
            yield Piece(file.name, encoding, texts.lines(text, line))
    elif reading.kind == "json":
        yield from _gathered(elements.rows(stream, file), file.name, encoding, ",")
    elif reading.kind == "csv":
        yield from _gathered(_under_header(stream, reading), file.name, encoding, "")
    else:
        yield from _gathered(((number, line) for number, line in enumerate(stream, 1)), file.name, encoding, "")


def _under_header(stream: TextIO, reading: Reading) -> Iterator[Raw]:
    """The rows; what is no row, the `sep=` line and the header, has no line."""
    head, lead = stream.readline(), 0
    said = delimited.declared([head]) is not None
    if said:
        yield 0, head
        lead = 1
    rows = delimited.rows(stream if said else _again(head, stream), reading.delimiter)
    for number, (line, text) in enumerate(rows):
        yield (0 if reading.headed and not number else line + lead), text


def _again(head: str, stream: TextIO) -> Iterator[str]:
    return chain([head] if head else [], stream)


def _gathered(rows: Iterator[Raw], source: str, encoding: str, joint: str) -> Iterator[Piece]:
    """Rows in pieces of some size; what has no line goes before the rows, or stands alone at the end."""
    lead, held, size = "", list[Raw](), 0
    for line, text in rows:
        if not line and held:
            yield Piece(source, encoding, tuple(held), lead, joint)
            lead, held, size = text, [], 0
        elif not line:
            lead += text
        else:
            held.append((line, text))
            size += len(text)
        if size >= SIZE:
            yield Piece(source, encoding, tuple(held), lead, joint)
            lead, held, size = "", [], 0
    if held or lead:
        yield Piece(source, encoding, tuple(held), lead, joint)


def _kind(path: Path, data: Data) -> str:
    if not path.exists():
        raise InputError("there is no such file or folder", place=Place(path), remedy="check the path")
    if data.type != "auto":
        return file_type(path, data.type)
    if path.is_dir() or path.suffix.casefold() not in TABULAR:
        return file_type(path, "text")
    return file_type(path, "auto")


def _written(path: Path, asked: str) -> tuple[str, str]:
    """The byte order mark as a character, or nothing, and the encoding to write with, which adds none by itself."""
    with path.open("rb") as stream:
        head = stream.read(4)
    for mark, encoding in _MARKS.items():
        if head.startswith(mark):
            return "\N{ZERO WIDTH NO-BREAK SPACE}", encoding
    return "", asked
