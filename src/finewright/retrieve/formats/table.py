"""CSV and JSON lines: each row is a section, and may name who reads it. Rows are read as training data is.

Of a row with a column `text` that column is the text; of any other row each column is a line, `name: value`.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from finewright.base.errors import DataError, InputError, Place
from finewright.base.recipe import Data
from finewright.base.records import Refusal
from finewright.data.shapes.field import text_of
from finewright.data.sources import csv, jsonl
from finewright.data.sources.row import Row, Rows
from finewright.retrieve.entitlements import read_entitlements
from finewright.retrieve.section import Reading, Section

_TEXT = "text"


def csv_table(path: Path, column: str | None) -> Reading:
    """Rows of a CSV file; `column` names who may read each. Raises DataError where the file cannot be read at all."""
    return _table(path, csv.rows, column)


def jsonl_table(path: Path, column: str | None) -> Reading:
    """Rows of JSON lines, likewise."""
    return _table(path, jsonl.rows, column)


def _table(path: Path, rows: Callable[[Path, Data], Rows], column: str | None) -> Reading:
    sections: list[Section] = []
    refused: list[Refusal] = []
    for row in rows(path, Data(train=path)):
        try:
            taken = row if isinstance(row, Refusal) else _section(row, column)
        except InputError as fault:
            taken = Refusal(path.name, row.line, fault.what, fault.remedy)
        if isinstance(taken, Section):
            sections.append(taken)
        else:
            refused.append(taken)
    if not sections:
        first = f" (line {refused[0].line}: {refused[0].reason})" if refused else ""
        raise DataError(f"has no row that can be taken{first}", place=Place(path), remedy="mend its rows")
    return Reading(tuple(sections), tuple(refused))


def _section(row: Row, column: str | None) -> Section:
    """Raises InputError where the row says nothing, or does not say who may read it."""
    told = None if column is None else _readers(row.values, column)
    said = _said({name: value for name, value in row.values.items() if name != column})
    if not said.strip():
        raise InputError("the row is empty", remedy="leave it out")
    return Section(said, row=row.line, entitlements=told)


def _readers(values: Mapping[str, Any], column: str) -> frozenset[str]:
    value = values.get(column)
    written = ",".join(map(str, value)) if isinstance(value, list) else text_of(value)
    try:
        return read_entitlements(written)
    except InputError:
        # An empty cell may mean everybody or nobody: nobody until somebody says so.
        raise InputError(f"`{column}` names nobody", remedy="write who may read the row, or * for everybody") from None


def _said(values: Mapping[str, Any]) -> str:
    if _TEXT in values:
        return text_of(values[_TEXT])
    told = ((name, text_of(value).strip()) for name, value in values.items())
    return "\n".join(f"{name}: {value}" for name, value in told if value)
