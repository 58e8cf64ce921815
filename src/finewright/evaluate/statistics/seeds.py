"""A figure over several seeds: its mean and spread, and whether a paired difference is more than seeds make.

Few seeds are the rule, so intervals are Student's: with three of them the quantile is 4.3, not 2. Knows no tasks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, stdev

from scipy.stats import t


@dataclass(frozen=True, slots=True)
class Spread:
    """Mean and standard deviation (n - 1 in the denominator) of a figure over seeds; no deviation of a single one."""

    mean: float
    deviation: float | None


def spread(values: Sequence[float]) -> Spread:
    """Mean and standard deviation of at least one value."""
    return Spread(fmean(values), stdev(values) if len(values) > 1 else None)


def paired_t(differences: Sequence[float], confidence: float) -> tuple[float, float]:
    """Interval of the mean of at least two differences, one a seed, as (low, high).

    Student 1908, Biometrika 6:1: mean -+ t(n - 1) * s / sqrt(n).
    """
    mean, number = fmean(differences), len(differences)
    half = float(t.ppf((1 + confidence) / 2, number - 1)) * stdev(differences) / sqrt(number)
    return mean - half, mean + half
