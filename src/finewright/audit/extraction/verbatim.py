"""What counts as drawn out word for word, and how members are held against rows that were never learned.

An answer is cut in the middle and its second half asked for. A label, a number or a stock phrase is given rightly by
whoever knows the task, so that a share of members alone says little: what counts is how far it lies above that of
held-out rows. Knows no model.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from finewright.base.results import Figure
from finewright.evaluate.measure import Level
from finewright.evaluate.statistics.clusters import Groups, clustered
from finewright.evaluate.statistics.intervals import wilson

WORDS = 8
"""Tokens that a continuation must repeat; of what is shorter all."""


@dataclass(frozen=True, slots=True)
class Cut:
    """An answer's tokens cut in the middle: what is given, and what must follow; nothing of an empty answer."""

    given: tuple[int, ...]
    wanted: tuple[int, ...]


def cut(answer: Sequence[int]) -> Cut:
    """Half of the answer, without its terminator, is given, and the next `WORDS` tokens wanted, or all there are.

    Of an odd number of tokens fewer are given than wanted. That an answer also ends is no secret.
    """
    half = len(answer) // 2
    return Cut(tuple(answer[:half]), tuple(answer[half : half + WORDS]))


def repeats(said: Sequence[int], wanted: Sequence[int]) -> bool:
    """Whether a continuation begins with what was wanted, where anything was."""
    return bool(wanted) and tuple(said[: len(wanted)]) == tuple(wanted)


def share(found: Sequence[bool], confidence: float, groups: Groups | None = None) -> Figure:
    """The share of true ones with Wilson's interval, by `groups` (N,) where they share any; 0 between 0 and 1 of none.

    What shares a group, such as rows of one customer, tends to be kept or forgotten together.
    """
    if not found:
        return Figure(0.0, *wilson(0, 0, confidence), 0)
    return Level(confidence, groups if groups is not None and clustered(groups) else None).share(found)


def difference(one: Figure, other: Figure) -> Figure:
    """One share minus another of other rows, with Newcombe's interval; by groups where the shares' own are.

    Newcombe 1998, Statistics in Medicine 17:873, method 10: the distances of both shares to their Wilson bounds,
    squared and added.
    """
    apart = one.value - other.value
    below = sqrt((one.value - one.low) ** 2 + (other.high - other.value) ** 2)
    above = sqrt((one.high - one.value) ** 2 + (other.value - other.low) ** 2)
    return Figure(apart, max(-1.0, apart - below), min(1.0, apart + above), one.rows + other.rows)
