"""Two arms on the same rows: tests and intervals of their difference. Knows nothing of tasks or arms."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.stats import binomtest

from finewright.evaluate.statistics.intervals import Floats, bias_corrected, replicates, wilson


@dataclass(frozen=True, slots=True)
class Pairs:
    """Rows by who got them right: both arms, the first alone (`won`), the second alone (`lost`), neither."""

    both: int
    won: int
    lost: int
    neither: int

    @property
    def rows(self) -> int:
        """All rows."""
        return self.both + self.won + self.lost + self.neither

    @property
    def difference(self) -> float:
        """First arm's share of right rows minus the second's."""
        return (self.won - self.lost) / self.rows


def mcnemar(won: int, lost: int) -> float:
    """Exact two-sided McNemar p-value: the binomial test of `won` in won + lost tosses of a fair coin.

    McNemar 1947, Psychometrika 12:153. Where no row tells the arms apart it is 1.
    """
    return float(binomtest(won, won + lost).pvalue) if won + lost else 1.0


def difference_interval(pairs: Pairs, confidence: float) -> tuple[float, float]:
    """Interval of the difference of two paired shares, as (low, high) in -1..1.

    Newcombe 1998, Statistics in Medicine 17:2635, method 10: the Wilson intervals of both shares, squared and
    added, less what their correlation takes away.
    """
    first, second = (pairs.both + pairs.won) / pairs.rows, (pairs.both + pairs.lost) / pairs.rows
    low_1, high_1 = wilson(pairs.both + pairs.won, pairs.rows, confidence)
    low_2, high_2 = wilson(pairs.both + pairs.lost, pairs.rows, confidence)
    phi = _correlation(pairs)
    down = _combined(first - low_1, high_2 - second, phi)
    up = _combined(high_1 - first, second - low_2, phi)
    return max(-1.0, pairs.difference - down), min(1.0, pairs.difference + up)


def paired_bootstrap(differences: Floats, confidence: float) -> tuple[float, float, float]:
    """Interval and two-sided p-value of a mean per-row difference (N,), as (low, high, p).

    The p-value is that of `bootstrap_p`.
    """
    rows, observed = len(differences), float(np.mean(differences))
    drawn = replicates(lambda weights: weights @ differences / rows, rows)
    return *bias_corrected(drawn, observed, confidence), bootstrap_p(drawn, observed)


def bootstrap_p(drawn: Floats, observed: float) -> float:
    """Two-sided p-value of an observed difference from its replicates (B,).

    The share of them that lie as far from the observed value as that lies from zero (Efron & Tibshirani 1993, An
    Introduction to the Bootstrap, section 16.4); it is never below 1 / (B + 1).
    """
    # Resampled sums of equal numbers differ in their last bits; such a tie counts as "as far".
    as_far = np.sum(np.abs(drawn - observed) >= abs(observed) - 1e-12)
    return float((1 + as_far) / (1 + len(drawn)))


def _correlation(pairs: Pairs) -> float:
    """Newcombe's phi: shrunk by half a row's worth towards zero where positive, zero where a margin is empty."""
    right_1, right_2 = pairs.both + pairs.won, pairs.both + pairs.lost
    margins = right_1 * (pairs.rows - right_1) * right_2 * (pairs.rows - right_2)
    if not margins:
        return 0.0
    excess = pairs.both * pairs.neither - pairs.won * pairs.lost
    return (max(excess - pairs.rows / 2, 0.0) if excess > 0 else excess) / sqrt(margins)


def _combined(one: float, other: float, phi: float) -> float:
    return sqrt(max(0.0, one * one - 2 * phi * one * other + other * other))
