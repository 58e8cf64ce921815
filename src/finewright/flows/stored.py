"""What a run's folder holds of its test rows, their answers and their passages, read back. Knows no models."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from finewright.base.errors import Place, StorageError
from finewright.base.files import read_json, read_jsonl
from finewright.base.records import Prediction, Record
from finewright.flows.folder import RunFolder

_AGAIN = "run the recipe again"


def rows_of_test(folder: RunFolder) -> Iterator[Record]:
    """The rows of the test part, in order. Raises what `rows_of` raises."""
    return rows_of(folder, "test")


def rows_of(folder: RunFolder, part: str) -> Iterator[Record]:
    """The rows of a part, in order. Raises StorageError with the line of what is no record."""
    path, adapter = folder.part(part), TypeAdapter(Record)
    for line, row in enumerate(read_jsonl(path), 1):
        try:
            yield adapter.validate_python(row)
        except ValidationError as fault:
            raise StorageError("is no record", place=Place(path, line), remedy=_AGAIN) from fault


def answers_to_test(folder: RunFolder, arm: str) -> list[Prediction]:
    """An arm's answers to the shared test rows, in order. Raises StorageError where there are none to be read."""
    return answers_in(folder.answers(arm, "test"))


def answers_in(path: Path) -> list[Prediction]:
    """The answers of a file, in order. Raises StorageError where there are none to be read."""
    stored: Any = read_json(path)
    try:
        return [Prediction(**row) for row in stored["rows"]]
    except (KeyError, TypeError) as fault:
        raise StorageError("holds no answers", place=Place(path), remedy=_AGAIN) from fault
