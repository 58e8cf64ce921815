"""How far people who rated the same units agree beyond chance: Krippendorff's alpha with its interval.

K. Krippendorff 2011, Computing Krippendorff's Alpha-Reliability (University of Pennsylvania): any number of raters,
missing ratings, and three ways to see how far apart two ratings are. Knows nothing of who rated what, or of arms.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from finewright.base.results import Figure
from finewright.evaluate.statistics.intervals import Floats, Statistic, bias_corrected, replicates, value_of

Metric = Literal["nominal", "ordinal", "interval"]
"""nominal: two ratings are the same or not; ordinal: as far apart as there are ratings between them (2011, section D);
interval: as far apart as their numbers."""

RELIABLE, TENTATIVE = 0.8, 0.667
"""Krippendorff 2004, Content Analysis, section 11.4: rely on ratings from 0.8 on, conclude tentatively from 0.667."""

Ratings = Sequence[Sequence[float]]
"""The ratings of each unit, in any order; a missing one is left out. Nominal ratings are numbers that name a value."""


def alpha(ratings: Ratings, metric: Metric) -> float | None:
    """alpha = 1 - observed / expected disagreement: 1 where all agree, 0 where they agree as chance would.

    None where it is undefined: no unit has two ratings, or all that can be paired are the same.
    """
    counts, values = _counts(ratings)
    if counts.shape[1] < 2:
        return None
    return value_of(_alpha(counts, values, metric), len(counts))


def agreement(ratings: Ratings, metric: Metric, confidence: float) -> Figure | None:
    """Alpha with a bias-corrected bootstrap interval over units; `rows` are the units with two ratings and more.

    Resamples in which all ratings are the same have no alpha and are left out. None where alpha itself is undefined.
    """
    counts, values = _counts(ratings)
    if counts.shape[1] < 2:
        return None
    statistic = _alpha(counts, values, metric)
    found = value_of(statistic, len(counts))
    drawn = replicates(statistic, len(counts))
    return Figure(found, *bias_corrected(drawn[np.isfinite(drawn)], found, confidence), len(counts))


def reliance(found: float) -> str:
    """What an alpha permits, in words that follow "the raters agree"."""
    if found >= RELIABLE:
        return "well enough to rely on"
    return "well enough for tentative conclusions" if found >= TENTATIVE else "too little to rely on"


def _counts(ratings: Ratings) -> tuple[Floats, Floats]:
    """How often each unit that can be paired got each value (N, K), and the values in order (K,)."""
    paired = [unit for unit in ratings if len(unit) > 1]
    values = sorted({rating for unit in paired for rating in unit})
    counts = [[list(unit).count(value) for value in values] for unit in paired]
    return np.array(counts, dtype=np.float64).reshape(len(paired), len(values)), np.array(values, dtype=np.float64)


def _alpha(counts: Floats, values: Floats, metric: Metric) -> Statistic:
    """1 - (n - 1) * sum of o(c, k) d(c, k)^2 / sum of n(c) n(k) d(c, k)^2, with o the coincidences of values c and k.

    Both sums are taken over ratings instead of over pairs of values: where values lie at places p on a line,
    the squared distances of m ratings add up to 2 (m * sum of p^2 - (sum of p)^2).
    """
    sizes = counts.sum(axis=1)  # (N,)

    def statistic(weights: Floats) -> Floats:
        totals = weights @ counts  # (B, K)
        number = totals.sum(axis=1)
        if metric == "nominal":
            within = weights @ ((sizes**2 - (counts**2).sum(axis=1)) / (sizes - 1))
            across = number**2 - (totals**2).sum(axis=1)
        else:
            places = _places(totals, values, metric)  # (B, K)
            apart = 2 * (sizes * (places**2 @ counts.T) - (places @ counts.T) ** 2)  # (B, N)
            within = (weights * apart / (sizes - 1)).sum(axis=1)
            across = 2 * (number * (totals * places**2).sum(axis=1) - (totals * places).sum(axis=1) ** 2)
        varied = (totals > 0).sum(axis=1) > 1
        return np.where(varied, 1 - (number - 1) * within / np.where(varied, across, 1.0), np.nan)

    return statistic


def _places(totals: Floats, values: Floats, metric: Metric) -> Floats:
    """Where values lie on a line: interval by their numbers, ordinal by the mean rank of their ratings, so that the
    distance of c and k is the ratings from c to k less half of those at c and at k."""
    if metric == "ordinal":
        ranks = np.cumsum(totals, axis=1) - totals / 2
        return np.asarray(ranks - ranks.mean(axis=1, keepdims=True))
    spread = float(np.ptp(values)) or 1.0  # Alpha does not hang on the unit; near zero the squares keep their digits.
    return np.broadcast_to((values - values.mean()) / spread, totals.shape)
