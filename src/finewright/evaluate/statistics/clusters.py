"""Intervals and tests where rows come in groups, such as the mails of one customer: groups are drawn, rows are not.

Rows of a group tend to be right or wrong together, so that they say less than as many strangers would. Up to rounding,
each function gives what its plain counterpart does where every group has one row. Knows nothing of tasks or arms.
"""

from collections.abc import Collection, Sequence
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.signal import convolve
from scipy.stats import binom, t

from finewright.evaluate.statistics.intervals import (
    RESAMPLES,
    Floats,
    Statistic,
    bias_corrected,
    critical,
    replicates,
    wilson,
)
from finewright.evaluate.statistics.paired import Pairs, bootstrap_p, difference_interval

Groups = NDArray[np.int64]
"""(N,) the number of each row's group, from 0 to G - 1."""

_ROUNDING = 1e-9


def numbered(names: Sequence[str | int]) -> Groups:
    """Groups by name as numbers in order of first appearance: (N,)."""
    known: dict[str | int, int] = {}
    return np.array([known.setdefault(name, len(known)) for name in names], dtype=np.int64)


def joined(names: Sequence[Collection[str]]) -> Groups:
    """Groups of what belongs to several groups by name: (N,). Whatever has one in common, by itself or through others,
    is of one group; what belongs to none is a group of its own."""
    whole: list[tuple[set[str], list[int]]] = []
    for row, own in enumerate(names):
        touching = [one for one in whole if not one[0].isdisjoint(own)]
        together = {*own}.union(*(of for of, _ in touching)), [row, *(at for _, rows in touching for at in rows)]
        whole = [*(one for one in whole if one[0].isdisjoint(own)), together]
    numbers = {row: min(rows) for _, rows in whole for row in rows}
    return numbered([numbers[row] for row in range(len(names))])


def clustered(groups: Groups) -> bool:
    """Whether any two rows share a group."""
    return bool(len(groups)) and len(np.unique(groups)) < len(groups)


def sums(values: Floats, groups: Groups) -> Floats:
    """The sum of the values of each group: (G,)."""
    return np.asarray(np.bincount(groups, weights=values), dtype=np.float64)


def design_effect(values: Floats, groups: Groups) -> float:
    """How many times the variance of a mean of rows (N,) is that of as many rows drawn one by one; at least 1.

    The between-group estimate G/(G-1) * sum of (group sums of deviations)^2 over its counterpart for single rows (Kish
    1965, Survey Sampling, section 5.4; the "linearised" variance of Korn & Graubard 1998, Survey Methodology 24:193).
    Where all values are alike nothing shows how groups hang together, and it is the largest there can be, that of
    groups whose rows are copies of one another: sum of squared sizes over N.
    """
    rows, number = len(values), int(groups.max()) + 1
    deviations = values - np.mean(values)
    alone = rows / max(rows - 1, 1) * float(deviations @ deviations)
    if alone <= _ROUNDING or number < 2:
        return float(np.sum(np.bincount(groups) ** 2)) / rows
    together = number / (number - 1) * float(np.sum(sums(deviations, groups) ** 2))
    return max(1.0, together / alone)


def clustered_wilson(right: Floats, groups: Groups, confidence: float) -> tuple[float, float]:
    """Wilson's interval of a share of right rows (N,) at the number of rows that the groups are worth.

    That number is N over the design effect, less what few groups take away by Student's quantile (Korn & Graubard).
    """
    rows = len(right)
    worth = rows / _inflation(right, groups, confidence)
    return wilson(float(np.mean(right)) * worth, worth, confidence)


def clustered_replicates(statistic: Statistic, groups: Groups, resamples: int = RESAMPLES) -> Floats:
    """The statistic on draws of whole groups with replacement; (resamples,), the same for the same groups.

    Draws differ in how many rows they hold: a statistic that is a mean must divide by the sum of its weights.
    """
    number = int(groups.max()) + 1
    return replicates(lambda weights: statistic(weights[:, groups]), number, resamples)


def clustered_bootstrap(differences: Floats, groups: Groups, confidence: float) -> tuple[float, float, float]:
    """Interval and two-sided p-value of a mean per-row difference (N,) by resampling groups, as (low, high, p)."""
    observed = float(np.mean(differences))
    drawn = clustered_replicates(lambda weights: weights @ differences / weights.sum(axis=1), groups)
    return *bias_corrected(drawn, observed, confidence), bootstrap_p(drawn, observed)


def sign_flip(differences: NDArray[np.int64], groups: Groups) -> float:
    """Exact two-sided p-value of whole-numbered per-row differences (N,), such as +1 won and -1 lost.

    If the arms were equally good, swapping them in all rows of a group would be as likely as not. So the sum of each
    group's differences falls to either sign like a fair coin, and the p-value is the share of all 2^G signs under which
    the total strays from zero as far as it did (Fisher's randomisation test by group; with one row a group it is the
    exact McNemar test).
    """
    totals = np.abs(sums(differences.astype(np.float64), groups)).round().astype(np.int64)
    sizes, times = np.unique(totals[totals > 0], return_counts=True)
    if not len(sizes):
        return 1.0
    likely = np.ones(1)  # of the total, in steps of one around zero
    for size, count in zip(sizes.tolist(), times.tolist(), strict=True):
        steps = np.zeros(2 * size * count + 1)
        steps[:: 2 * size] = binom.pmf(np.arange(count + 1), count, 0.5)
        likely = convolve(likely, steps)
    reach, strayed = len(likely) // 2, abs(int(differences.sum()))
    far = np.abs(np.arange(-reach, reach + 1)) >= strayed
    return float(min(1.0, max(0.0, float(likely[far].sum()))))


def clustered_difference(
    pairs: Pairs, differences: Floats, groups: Groups, confidence: float
) -> tuple[float, float, float]:
    """Newcombe's interval of a paired difference of shares, stretched by the design effect; (low, high, effect).

    Both arms of the interval grow by the square root of the effect on the variance of the per-row `differences` (N,).
    """
    effect = design_effect(differences, groups)
    low, high = difference_interval(pairs, confidence)
    stretch = sqrt(_inflation(differences, groups, confidence))
    middle = pairs.difference
    return max(-1.0, middle - stretch * (middle - low)), min(1.0, middle + stretch * (high - middle)), effect


def _inflation(values: Floats, groups: Groups, confidence: float) -> float:
    """The design effect times the squared ratio of Student's quantiles with G - 1 and with N - 1 degrees of freedom."""
    rows, number = len(values), int(groups.max()) + 1
    if number == rows:
        return 1.0
    tail = (1 + confidence) / 2
    few = float(t.ppf(tail, number - 1)) if number > 1 else 100 * critical(confidence)
    return design_effect(values, groups) * (few / float(t.ppf(tail, rows - 1))) ** 2
