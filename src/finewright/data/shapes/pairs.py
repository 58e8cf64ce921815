"""A chosen and a rejected answer to one prompt. What comes before the two answers must be the same on both sides."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from finewright.base.errors import DataError
from finewright.base.records import Message
from finewright.data.shapes.field import Judged, ReadJudged
from finewright.data.shapes.judged import answered, turn_of

_EQUAL = "the chosen and the rejected answer are the same", "correct one of them, or remove the row"


def pairs(
    columns: Mapping[str, str],
    chosen: str = "chosen answer",
    rejected: str = "rejected answer",
    equal: tuple[str, str] = _EQUAL,
) -> ReadJudged:
    """Reads the columns of the roles `answer` and `rejected`, and of `input`, `system` and `tools` where there are any.

    `chosen` and `rejected` are what faults call the two sides, `equal` what is said, and what to do, where they are
    the same but for white space.
    """

    def read(values: Mapping[str, Any]) -> Judged:
        messages, better = answered(values, columns, "answer", chosen)
        before, worse = answered(values, columns, "rejected", rejected)
        if _unweighed(messages) != _unweighed(before):
            remedy = f"give both the same turns before the answer{_lengths(messages, before)}, or remove the row"
            raise DataError("the prompt differs between chosen and rejected", remedy=remedy)
        if turn_of(better).text.split() == turn_of(worse).text.split():
            raise DataError(equal[0], remedy=equal[1])
        return Judged(messages, better, rejected=turn_of(worse))

    return read


def _lengths(better: tuple[Message, ...], worse: tuple[Message, ...]) -> str:
    """How many turns come before either answer, where that is the difference: a side may hold two answers."""
    return "" if len(better) == len(worse) else f" (of which there are {len(better)} and {len(worse)})"


def _unweighed(messages: tuple[Message, ...]) -> list[Message]:
    """The turns as a prompt: which of them would be learned does not change what is asked."""
    return [replace(message, weight=None) for message in messages]
