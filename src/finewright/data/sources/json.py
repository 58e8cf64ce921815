"""A JSON file that is one array of objects, read element by element. Knows nothing of what keys mean."""

import re
from collections.abc import Iterator
from json import JSONDecodeError
from pathlib import Path
from typing import Any, TextIO

from finewright.base.errors import DataError, Place
from finewright.base.recipe import Data
from finewright.base.records import Refusal
from finewright.data.sources.row import Row, Rows
from finewright.data.sources.strict_json import DECODER, FAULTS, kind_of, said
from finewright.data.text import opened

_BLOCK = 1 << 16
_SPACE = re.compile(r"[ \t\r\n]*")


def rows(path: Path, settings: Data) -> Rows:
    """A row an element. Raises DataError where the file is no array, or from where on it is no JSON."""
    with opened(path, settings.encoding) as stream:
        for line, value in _elements(_Cursor(stream, path)):
            if isinstance(value, dict):
                yield Row(line, value)
            else:
                remedy = "make every element an object with the input and the answer"
                yield Refusal(path.name, line, f"the element is {kind_of(value)}, not an object", remedy)


class _Cursor:
    """A place in a JSON text of any length, of which only the part being read is held."""

    def __init__(self, stream: TextIO, path: Path) -> None:
        self._stream, self._path = stream, path
        self._text, self._at, self._line = "", 0, 1

    def peek(self) -> str:
        """The next character that is no space, or the empty string at the end."""
        while True:
            space = _SPACE.match(self._text, self._at)
            self._to(space.end() if space else self._at)
            if self._at < len(self._text) or not self._more():
                return self._text[self._at : self._at + 1]

    def take(self, wanted: str, otherwise: str, remedy: str) -> str:
        """Step over one of the wanted characters, or raise."""
        found = self.peek()
        if not found or found not in wanted:
            raise DataError(otherwise, place=self.place, remedy=remedy)
        self._to(self._at + 1)
        return found

    def value(self) -> Any:
        """The JSON value that begins here."""
        while True:
            try:
                value, end = DECODER.raw_decode(self._text, self._at)
            except FAULTS as fault:
                if not self._more():
                    raise self._fault(fault) from fault
            else:
                # A number at the very end of what is held may go on in the next block.
                length = end - self._at
                if end < len(self._text) or not self._more():
                    self._to(self._at + length)
                    return value

    @property
    def place(self) -> Place:
        return Place(self._path, self._line)

    def _more(self) -> bool:
        """Hold more of the text; doubling keeps a long element from being read over and over."""
        rest = self._text[self._at :]
        block = self._stream.read(max(_BLOCK, len(rest)))
        self._text, self._at = rest + block, 0
        return bool(block)

    def _to(self, position: int) -> None:
        self._line += self._text.count("\n", self._at, position)
        self._at = position

    def _fault(self, fault: Exception) -> DataError:
        self._to(fault.pos if isinstance(fault, JSONDecodeError) else self._at)
        what = f"is not valid JSON ({fault.msg})" if isinstance(fault, JSONDecodeError) else said(fault)
        return DataError(f"the text here {what}", place=self.place, remedy="mend the JSON there")


def _elements(cursor: _Cursor) -> Iterator[tuple[int, Any]]:
    cursor.take("[", "the file is not a JSON array of rows", "write [ {...}, {...} ], or set `data.type: jsonl`")
    if cursor.peek() == "]":
        return
    following = ","
    while following == ",":
        cursor.peek()
        line = cursor.place.line or 1
        yield line, cursor.value()
        following = cursor.take(",]", "a comma or the closing ] is missing here", "mend the JSON there")
    if cursor.peek():
        raise DataError("text follows the end of the array", place=cursor.place, remedy="remove it")
