"""Two answers compared by a judge in both orders: a win is one in both. Knows no models and no files."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from finewright.base.results import Figure
from finewright.evaluate.judge.asking import Reply
from finewright.evaluate.statistics.paired import Pairs, difference_interval, mcnemar

Standing = Literal["won", "lost", "tie", "equal", "inconsistent", "inconclusive"]
_PREFERS = {0: 1, 1: -1, 2: 0}
"""By the place of a choice: 1 for the answer shown first, -1 for the one shown second, 0 for neither."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One row's two answers: what was replied where the first arm's was shown first, and where the second's was.

    A reply is the place among A, B and same, None where it could not be read. `equal` answers are not asked about.
    """

    record: str
    forward: int | None = None
    backward: int | None = None
    equal: bool = False

    @property
    def asked(self) -> tuple[int, int] | None:
        """By order, 1 for the answer shown first, -1 for the other, 0 for neither; None where one is inconclusive."""
        if self.equal or self.forward is None or self.backward is None:
            return None
        return _PREFERS[self.forward], _PREFERS[self.backward]

    @property
    def standing(self) -> Standing:
        """Of the first arm: won and lost need both orders; orders that disagree are a tie, told as inconsistent."""
        if self.equal:
            return "equal"
        if self.asked is None:
            return "inconclusive"
        first, second = self.asked
        if first != -second:
            return "inconsistent"
        return "tie" if first == 0 else "won" if first > 0 else "lost"

    @property
    def preference(self) -> int:
        """Above 0 where both orders together lean to the first arm, below it to the second, 0 to neither."""
        return self.asked[0] - self.asked[1] if self.asked else 0


@dataclass(frozen=True, slots=True)
class Compared:
    """How two arms stand, by counts of rows; `difference` is won less lost as a share of the conclusive rows, `p` that
    of none (the sign test). None where no row is conclusive."""

    rows: int
    won: int
    lost: int
    ties: int
    equal: int
    inconsistent: int
    inconclusive: int
    difference: Figure | None
    p: float | None


def pair_of(record: str, forward: Reply, backward: Reply) -> Pair:
    """A pair from its two replies."""
    return Pair(record, forward.choice, backward.choice)


def compared(pairs: Sequence[Pair], confidence: float) -> Compared:
    """Counts, and the difference with Newcombe's interval; ties and equal answers are rows that nobody won."""
    found = [pair.standing for pair in pairs]
    won, lost, rows = found.count("won"), found.count("lost"), len(found) - found.count("inconclusive")
    apart = Pairs(0, won, lost, rows - won - lost)
    interval = difference_interval(apart, confidence) if rows else None
    return Compared(
        rows=len(pairs),
        won=won,
        lost=lost,
        ties=found.count("tie"),
        equal=found.count("equal"),
        inconsistent=found.count("inconsistent"),
        inconclusive=found.count("inconclusive"),
        difference=Figure(apart.difference, *interval, rows) if interval else None,
        p=mcnemar(won, lost) if rows else None,
    )
