"""Texts that nobody has labelled, as records without an answer: one a line of a .txt file, or a column of a table."""

from collections.abc import Iterator
from pathlib import Path

from finewright.base.errors import DataError, Place
from finewright.base.recipe import Data
from finewright.base.records import Message, Record
from finewright.data.filetype import file_type
from finewright.data.identity import numbering
from finewright.data.load import load, refuse
from finewright.data.text import opened


def read_pool(path: Path, settings: Data) -> list[Record]:
    """The texts in file order; blank ones of a .txt file are passed over.

    A table is read with the recipe's columns of input, group and time. Raises DataError where the file cannot be used.
    """
    identify = numbering()

    def record(text: str, line: int, group: str | None = None, time: str | None = None) -> Record:
        messages = (Message("user", text.strip()),)
        return Record(identify(messages, ""), messages, "", path.name, line, group, time)

    if path.suffix.casefold() == ".txt":
        found = [record(text, line) for line, text in _lines(path, settings)]
    else:
        found = [record(one.answer, one.line, one.group, one.time) for one in _cells(path, settings)]
    if not found:
        raise DataError("there are no texts to label", place=Place(path), remedy="give a file of texts")
    return found


def _lines(path: Path, settings: Data) -> Iterator[tuple[int, str]]:
    file_type(path, "csv")  # tells where the file is missing, empty or a folder
    with opened(path, settings.encoding) as stream:
        for number, line in enumerate(stream, 1):
            if line.strip():
                yield number, line


def _cells(path: Path, settings: Data) -> list[Record]:
    """The column of texts, read as documents are: a row without an answer is one."""
    columns = settings.columns.model_copy(update={"answer": None, "rejected": None, "thumb": None})
    loaded = load(path, settings.model_copy(update={"type": "auto", "shape": "documents", "columns": columns}))
    refuse(loaded.refusals)
    return list(loaded.records)
