"""Plain text cut into pieces where nothing is torn, and a piece into lines. Knows no recogniser but what it is given.

A line is a row. A piece ends where a paragraph, a line or at least a word does, clear of all that is found nearby, so
that neither an identifier nor the words that give it away are parted. A line of any length is cut like that too.
"""

import re
from collections.abc import Iterator
from typing import TextIO

from finewright.flows.privacy.piece import SIZE, Raw
from finewright.privacy.cells import Finds

_NEAR = 4096
_MARGIN = 512
_REACH = 80
_ENDS = tuple(map(re.compile, (r"\n[ \t\r]*\n", r"\n", r"\s")))
_LINE = re.compile(r"[^\n]*\n|[^\n]+")

Span = tuple[int, int]


def parts(stream: TextIO, find: Finds) -> Iterator[tuple[int, str]]:
    """The text in pieces, each with the 1-based line it begins on."""
    line, held = 1, ""
    while block := stream.read(SIZE + _NEAR - len(held)):
        held += block
        if len(held) < SIZE + _NEAR:
            continue
        at = _cut(held, find)
        yield line, held[:at]
        line += held.count("\n", 0, at)
        held = held[at:]
    if held:
        yield line, held


def lines(text: str, first: int) -> tuple[Raw, ...]:
    """The lines of a piece; the end of each belongs to it."""
    return tuple((first + number, found[0]) for number, found in enumerate(_LINE.finditer(text)))


def _cut(text: str, find: Finds) -> int:
    """Where to cut a long text, near its end."""
    low = max(0, len(text) - 2 * _NEAR)
    part = text[low:]
    spans = [(found.start, found.end) for found in find(part)]
    clear = [(start - _REACH, end + _REACH) for start, end in spans]
    first, last = _NEAR, len(part) - _MARGIN
    for taken in (clear, spans):
        for ends in _ENDS:
            places = [match.end() for match in ends.finditer(part, first, last)]
            if (place := _last_free(places, taken)) is not None:
                return low + place
    return low + (_last_free(list(range(first, last)), spans) or last)


def _last_free(places: list[int], taken: list[Span]) -> int | None:
    """The last of ascending places that lies within none of the ascending spans."""
    spans = list(taken)
    for place in reversed(places):
        while spans and spans[-1][0] >= place:
            spans.pop()
        if not spans or spans[-1][1] <= place:
            return place
    return None
