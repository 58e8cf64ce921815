"""After how many calls something that was paid once is saved. Knows no runs, prices or units.

    calls = ceil((asking + training) / (before - after)),    none where after >= before

The one place where this is worked out: in tokens and seconds for a distilled prompt, in money for any tuning.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil


@dataclass(frozen=True, slots=True)
class BreakEven:
    """One kind of cost, in tokens, in seconds or in money.

    asking, training  what was spent once: on the teacher's answers, where there is one, and on training
    before, after     what a call takes with the longer prompt and with what was trained
    calls             after how many calls what was spent is saved; None where a call saves nothing
    """

    asking: float
    training: float
    before: float
    after: float
    calls: int | None


def break_even(asking: float, training: float, before: float, after: float) -> BreakEven:
    """The costs with the number of calls after which they are saved.

    Divided exactly, so that the number of calls is where the two lines cross and never one beside it.
    """
    saved = Fraction(before) - Fraction(after)
    spent = Fraction(asking) + Fraction(training)
    return BreakEven(asking, training, before, after, ceil(spent / saved) if saved > 0 else None)
