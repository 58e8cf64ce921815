"""What baking a long prompt into the weights came to: the teacher, the cost, when it pays. A part of `results.json`."""

from dataclasses import dataclass
from typing import Literal

from finewright.base.break_even import BreakEven


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
