"""A JSON array cut into its elements as they stand, of a file of any length. Knows nothing of what they say.

Joined with commas between, and with `[` before and the rest behind, the elements are the file.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from finewright.base.errors import DataError, Place
from finewright.flows.privacy.piece import Raw

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[][{},"]', re.DOTALL)
_BLOCK = 1 << 16


def rows(stream: TextIO, path: Path) -> Iterator[Raw]:
    """The start up to and with `[` on line 0, each element with the space around it, and the end on line 0.

    A file that is no array is one row between an empty start and an empty end. Raises DataError where the array has no
    end.
    """
    head = _opening(stream)
    if not head.endswith("["):
        yield from ((0, ""), (1, head + stream.read()), (0, ""))
        return
    yield 0, head
    line = 1 + head.count("\n")
    for text, last in _elements(stream, path):
        yield (0 if last else line), text
        line += text.count("\n")


def _opening(stream: TextIO) -> str:
    """Up to the first character that is no space."""
    head = ""
    while (letter := stream.read(1)) and letter.isspace():
        head += letter
    return head + letter


def _elements(stream: TextIO, path: Path) -> Iterator[tuple[str, bool]]:
    """Each element, and at last the closing bracket with all behind it."""
    held, begin, at, depth = "", 0, 0, 0
    while True:
        match = _TOKEN.search(held, at)
        if match is None or match[0] == '"':
            at = (match.start() if match else len(held)) - begin
            held, begin = held[begin:], 0
            block = stream.read(max(_BLOCK, len(held)))
            if not block:
                raise DataError("the array has no end", place=Place(path), remedy="mend the JSON, or give JSON lines")
            held += block
            continue
        start, at = match.span()
        if match[0] in "[{":
            depth += 1
        elif match[0] in "]}" and depth:
            depth -= 1
        elif match[0] in "]}":
            if held[begin:start].strip():
                yield held[begin:start], False
                begin = start
            yield held[begin:] + stream.read(), True
            return
        elif match[0] == "," and not depth:
            yield held[begin:start], False
            begin = at
