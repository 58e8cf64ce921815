"""A data file to records: a stream of rows, each taken, or refused with line and reason. None is lost."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any

from finewright.base.errors import DataError, Place
from finewright.base.packed import Records
from finewright.base.progress import Advance, progress
from finewright.base.recipe import Data
from finewright.base.records import Message, Record, Refusal
from finewright.data.filetype import file_type
from finewright.data.identity import numbering
from finewright.data.recognise import Recognised, recognise
from finewright.data.shapes.alpaca import alpaca
from finewright.data.shapes.chat import chat
from finewright.data.shapes.documents import documents
from finewright.data.shapes.edits import edits
from finewright.data.shapes.feedback import feedback
from finewright.data.shapes.field import Judged, ReadContent, ReadJudged, text_of
from finewright.data.shapes.labelled import labelled
from finewright.data.shapes.pairs import pairs
from finewright.data.shapes.preference import preference
from finewright.data.shapes.prompt import prompt
from finewright.data.shapes.sharegpt import sharegpt
from finewright.data.sources import csv, json, jsonl, parquet, text
from finewright.data.sources.row import Row, Rows

_SOURCES: Mapping[str, Callable[[Path, Data], Rows]] = {
    "csv": csv.rows,
    "jsonl": jsonl.rows,
    "json": json.rows,
    "parquet": parquet.rows,
    "text": text.rows,
}
_SHAPES: Mapping[str, Callable[[Mapping[str, str]], ReadContent]] = {
    "labelled": labelled,
    "prompt": prompt,
    "chat": chat,
    "alpaca": alpaca,
    "sharegpt": sharegpt,
    "documents": documents,
}
_JUDGED: Mapping[str, Callable[[Mapping[str, str]], ReadJudged]] = {
    "pairs": pairs,
    "preference": preference,
    "edits": edits,
    "feedback": feedback,
}
_FIRST = 100
_TOLD = 1000


@dataclass(frozen=True, slots=True)
class Loaded:
    """A file's records and refused rows, each in file order, and how it was read."""

    records: Sequence[Record]
    refusals: list[Refusal]
    recognised: Recognised


def load(path: Path, settings: Data) -> Loaded:
    """Read one file. Refused rows are handed over, not raised.

    Raises DataError where the file as a whole cannot be used: missing, empty, not in its encoding, unclear columns,
    or no row that can be read at all.
    """
    kind = file_type(path, settings.type, settings.shape)
    rows = _SOURCES[kind](path, settings)
    first = list(islice(rows, _FIRST))
    readable = [row for row in first if isinstance(row, Row)]
    if not readable:
        refuse([row for row in first if isinstance(row, Refusal)])
        raise DataError("the file has no rows", place=Place(path), remedy="give a file with examples")
    recognised = recognise(path, kind, readable, settings)
    with progress(f"Reading {path.name}", total=None) as advance:
        records, refusals = _taken(path.name, _counted(chain(first, rows), advance), recognised)
    return Loaded(records, refusals, recognised)


def rows_of(path: Path, settings: Data) -> Rows:
    """A file's rows as they stand, all columns included. Raises DataError where the file cannot be read."""
    return _SOURCES[file_type(path, settings.type, settings.shape)](path, settings)


def refuse(refusals: Sequence[Refusal]) -> None:
    """Raise DataError for the first of these rows, with how many there are; nothing where there is none."""
    if not refusals:
        return
    first, others = refusals[0], len(refusals) - 1
    more = f" (and {others} more such row{'s' if others > 1 else ''})" if others else ""
    remedy = f"{first.remedy}, or set `data.on_bad: skip`" if first.remedy else "set `data.on_bad: skip`"
    raise DataError(first.reason + more, place=Place(first.source, first.line), remedy=remedy)


def _counted(rows: Iterable[Row | Refusal], advance: Advance) -> Rows:
    """The rows themselves; progress is told seldom enough to cost nothing."""
    for number, row in enumerate(rows, 1):
        yield row
        if number % _TOLD == 0:
            advance(_TOLD)


def _taken(source: str, rows: Iterable[Row | Refusal], recognised: Recognised) -> tuple[Records, list[Refusal]]:
    take = _taker(source, recognised)
    records = Records()
    refusals: list[Refusal] = []
    for row in rows:
        taken = take(row) if isinstance(row, Row) else row
        if isinstance(taken, Record):
            records.append(taken)
        else:
            refusals.append(taken)
    return records, refusals


def _taker(source: str, recognised: Recognised) -> Callable[[Row], Record | Refusal]:
    columns = recognised.columns
    read, identify = _reader(recognised), numbering()
    group, time = columns.get("group"), columns.get("time")

    def take(row: Row) -> Record | Refusal:
        try:
            messages, answer, rejected, desirable = read(row.values)
        except DataError as fault:
            return Refusal(row.source or source, row.line, fault.what, fault.remedy)
        return Record(
            id=identify(messages, answer, rejected, desirable),
            messages=messages,
            answer=answer.text if isinstance(answer, Message) else answer,
            source=row.source or source,
            line=row.line,
            group=_optional(row.values, group),
            time=_optional(row.values, time),
            reply=answer if isinstance(answer, Message) else None,
            rejected=rejected,
            desirable=desirable,
        )

    return take


def _reader(recognised: Recognised) -> ReadJudged:
    """The shape's reader; what shapes without a judgement read is judged by nothing."""
    if recognised.shape in _JUDGED:
        return _JUDGED[recognised.shape](recognised.columns)
    read = _SHAPES[recognised.shape](recognised.columns)
    return lambda values: Judged(*read(values))


def _optional(values: Mapping[str, Any], column: str | None) -> str | None:
    """A column's text, or None where it has none."""
    return text_of(values.get(column)).strip() or None if column else None
