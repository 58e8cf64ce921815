"""How many members an attack finds where it may be wrong about one hold-out in a hundred: with what that is worth.

The threshold is the lowest score that at most that share of the hold-outs exceeds. It is a draw itself: the true
share of false positives behind the j-th largest of n hold-outs is Beta(j, n - j + 1) distributed, whatever the scores.
Who may toss a coin gets any point below a line between two points of his ROC curve, so the curve is concave (Scott,
Niranjan & Prager 1998, BMVC) and, with the share T of members found at a true share f of false positives, at the rate r

    T min(1, r / f)  <=  members found  <=  T max(1, r / f).

The interval takes the quantiles of these with f from its distribution and T from those of Clopper and Pearson (1934,
Biometrika 26:404): a generalised confidence interval (Weerahandi 1993, JASA 88:899). Few hold-outs make it wide, and
never narrow. Knows no attack by name.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from finewright.base.results import Figure
from finewright.evaluate.statistics.clusters import Groups, clustered, design_effect

Floats = NDArray[np.float64]

RATE = 0.01
"""The share of hold-outs that may be taken for members."""

_STEPS = 300
"""Quantiles of either distribution that are combined."""


def allowed(hold_outs: int, rate: float = RATE) -> int:
    """How many of so many hold-outs may be taken for members."""
    return int(rate * hold_outs + 1e-9)


def found_at(members: Floats, hold_outs: Floats, confidence: float, groups: Groups | None = None) -> Figure:
    """The share of members (m,) above the threshold that the hold-outs (n,) set, with its interval.

    `groups` number the members' rows, then the hold-outs'; rows of a group are worth less than as many strangers.
    """
    m, n = len(members), len(hold_outs)
    threshold = np.sort(hold_outs)[::-1][allowed(n)]
    above = members > threshold
    worth = Worth.of(above, hold_outs > threshold, groups)
    low, high = worth.interval(float(above.mean()), allowed(n) / n, confidence)
    return Figure(float(above.mean()), low, high, m + n)


@dataclass(frozen=True, slots=True)
class Worth:
    """How many strangers the rows are worth: `members` and `hold_outs`, whole numbers where none share a group."""

    members: float
    hold_outs: float

    @classmethod
    def of(cls, found: NDArray[np.bool_], wrong: NDArray[np.bool_], groups: Groups | None) -> "Worth":
        """By the design effect of being above the threshold, on either side."""
        m, n = len(found), len(wrong)
        if groups is None or not clustered(groups):
            return cls(m, n)
        effects = [
            design_effect(values.astype(np.float64), np.unique(part, return_inverse=True)[1])
            for values, part in ((found, groups[:m]), (wrong, groups[m:]))
        ]
        return cls(m / effects[0], n / effects[1])

    def interval(self, share: float, wrong: float, confidence: float, rate: float = RATE) -> tuple[float, float]:
        """That of members found at the rate, where this share was found behind a threshold that the share `wrong` of
        the hold-outs exceeds."""
        tail = (1 - confidence) / 2
        steps = (np.arange(_STEPS) + 0.5) / _STEPS
        hits, misses = share * self.members, (1 - share) * self.members
        behind = beta.ppf(steps, wrong * self.hold_outs + 1, (1 - wrong) * self.hold_outs)  # (S,)
        least = _quantiles(steps, hits, misses + 1)[:, None] * np.minimum(1.0, rate / behind)  # (S, S)
        most = _quantiles(steps, hits + 1, misses)[:, None] * np.maximum(1.0, rate / behind)
        low, high = np.quantile(least, tail), np.quantile(most, 1 - tail)
        return min(float(low), share), max(min(1.0, float(high)), share)

    def least(self, wrong: float, confidence: float, rate: float = RATE) -> float:
        """The smallest share whose interval lies above the rate: what so many rows could show; 1 where none would."""
        members = int(self.members)
        low, high = 0, members
        while low < high:
            tried = (low + high) // 2
            if self.interval(tried / members, wrong, confidence, rate)[0] > rate:
                high = tried
            else:
                low = tried + 1
        return high / members


def _quantiles(steps: Floats, one: float, other: float) -> Floats:
    """Of a beta distribution, at the ends that it has none of: all at 0, or all at 1."""
    if one <= 0 or other <= 0:
        return np.full(len(steps), 0.0 if one <= 0 else 1.0)
    return np.asarray(beta.ppf(steps, one, other))
