"""A long text to spans that a model can read at once. Knows characters alone.

A span ends, if it can, where a paragraph does, else a line, a sentence, a word, in its second half.
"""

import re
from dataclasses import dataclass

from finewright.base.errors import InputError

_ENDS = tuple(map(re.compile, (r"\n[^\S\n]*\n", r"\n", r"[.!?…][\"')\]»”]*(?=\s)", r"\s")))
"""Where a text may be cut, best first: behind what these match."""


@dataclass(frozen=True, slots=True)
class Chunking:
    """The longest span and how much of its end the next repeats, in characters.

    MiniLM reads 256 tokens, which is some thousand characters of English. Raises InputError for sizes that never end.
    """

    size: int = 1000
    overlap: int = 100

    def __post_init__(self) -> None:
        if self.size < 2 or not 0 <= self.overlap < self.size // 2:
            raise InputError(
                f"chunks of {self.size} characters that share {self.overlap} cannot be cut",
                remedy="let them share less than half of themselves",
            )


def spans(text: str, chunking: Chunking) -> list[tuple[int, int]]:
    """Spans [start, end) of the text, in order: white space trimmed, nothing else left out, none longer than `size`."""
    found: list[tuple[int, int]] = []
    start = _past_space(text, 0)
    while start < len(text):
        end = _end(text, start, chunking.size)
        found.append((start, start + len(text[start:end].rstrip())))
        start = _past_space(text, _overlapped(text, end, chunking.overlap) if end < len(text) else end)
    return found


def _end(text: str, start: int, size: int) -> int:
    last = start + size
    if last >= len(text):
        return len(text)
    for ending in _ENDS:
        ends = [match.end() for match in ending.finditer(text, start + size // 2, last + 1) if match.end() <= last]
        if ends:
            return ends[-1]
    return last


def _overlapped(text: str, end: int, overlap: int) -> int:
    """Where the next span starts: at a word's beginning in the last `overlap` characters, or at the end."""
    space = re.compile(r"\s\S").search(text, max(0, end - overlap - 1), end)
    return end if space is None or not overlap else space.start() + 1


def _past_space(text: str, at: int) -> int:
    found = re.compile(r"\S").search(text, at)
    return len(text) if found is None else found.start()
