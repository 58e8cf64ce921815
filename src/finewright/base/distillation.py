"""What baking a long prompt into the weights came to: the teacher, the cost, when it pays. A part of `results.json`."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class BreakEven:
    """One kind of cost, in tokens or in seconds.

    asking, training  what the teacher's answers and the student's training took
    before, after     what a call takes with the teacher's prompt and with the student's
    calls             after how many calls what was spent is saved; None where a call saves nothing
    """

    asking: float
    training: float
    before: float
    after: float
    calls: int | None


@dataclass(frozen=True, slots=True)
class Distillation:
    """A student that answers with a short prompt as its teacher did with a long one.

    teacher           name of the base that answered
    match             whether its distributions (tokens) or its answers were learned
    rows              training rows that it was asked for; `right` of them it answered as the row itself does
    empty, cut, long  answers to training rows that were left out: empty, cut at their length, too long to be learned
    agreed, compared  of how many test rows student and teacher gave the same answer; None where the teacher has none
    tokens            what it cost, and what a call takes, in tokens
    seconds           the same in seconds; None where the student was not measured
    """

    teacher: str
    match: Literal["tokens", "answers"]
    rows: int
    right: int
    empty: int
    cut: int
    long: int
    tokens: BreakEven
    seconds: BreakEven | None = None
    agreed: int | None = None
    compared: int = 0
