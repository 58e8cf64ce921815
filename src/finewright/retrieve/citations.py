"""Passages numbered for a prompt, and the numbers of an answer back to passages. Knows no prompt and no scorer."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from finewright.retrieve.hit import Hit

_MARK = re.compile(r"\[\s*(\d+(?:\s*[,;]\s*\d+)*)\s*\]")


@dataclass(frozen=True, slots=True)
class Citation:
    """A number that an answer cites, and the passage it stands for; None where there is no such passage."""

    number: int
    hit: Hit | None


def numbered(hits: Sequence[Hit]) -> str:
    """The passages as `[1] ...`, `[2] ...`, a blank line between them.

    A bracketed number in a passage's own text is put in round brackets, or a model might cite it, or be led to.
    """
    return "\n\n".join(f"[{number}] {_unmarked(hit.text)}" for number, hit in enumerate(hits, 1))


def cited(answer: str) -> list[int]:
    """The numbers that an answer cites, each once, in order of first appearance; `[1, 3]` cites two."""
    numbers = (int(one) for mark in _MARK.finditer(answer) for one in re.findall(r"\d+", mark.group(1)))
    return list(dict.fromkeys(numbers))


def resolved(answer: str, hits: Sequence[Hit]) -> list[Citation]:
    """Each number that an answer cites with its passage; passages are those that were numbered, in their order."""
    return [Citation(one, hits[one - 1] if 0 < one <= len(hits) else None) for one in cited(answer)]


def uncited(answer: str) -> str:
    """The answer without its citations."""
    return _MARK.sub("", answer)


def _unmarked(text: str) -> str:
    return _MARK.sub(lambda mark: f"({mark.group()[1:-1]})", text)
