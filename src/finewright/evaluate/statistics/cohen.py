"""How far two raters agree beyond chance, as a function of row weights. Knows no judges and no people."""

import numpy as np
from numpy.typing import NDArray

from finewright.base.results import Figure
from finewright.evaluate.statistics.intervals import Floats, Statistic, bias_corrected, replicates, value_of, wilson


def cohen(left: NDArray[np.int64], right: NDArray[np.int64], cluster: NDArray[np.int64], kinds: int) -> Statistic:
    """Cohen's kappa (Cohen 1960, Educational and Psychological Measurement 20:37) of ratings (N,) in 0..kinds-1.

    (seen - chance) / (1 - chance), of the shares in which both raters agree. `cluster` (N,) is the row whose weight a
    rating takes, so that ratings of one row are drawn together. It is 0 where chance alone would always agree.
    """
    mine, theirs = np.eye(kinds)[left], np.eye(kinds)[right]
    agrees = (left == right).astype(np.float64)

    def statistic(weights: Floats) -> Floats:
        of = weights[:, cluster]  # (B, N)
        total = np.maximum(of.sum(axis=1), 1.0)
        seen, chance = of @ agrees / total, ((of @ mine) * (of @ theirs)).sum(axis=1) / total**2
        apart = chance < 1 - 1e-12
        return np.asarray(np.where(apart, (seen - chance) / np.where(apart, 1 - chance, 1.0), 0.0))

    return statistic


def cohen_figure(statistic: Statistic, rows: int, ratings: int, confidence: float) -> Figure:
    """Kappa with its bootstrap interval over `rows` rows; of perfect agreement the lower end is Wilson's too.

    Perfect agreement resamples to itself, which is no evidence that it is perfect; where one level is rare, some
    resamples lack it and have a kappa of 0. The lower of the two ends is taken.
    """
    value, drawn = value_of(statistic, rows), replicates(statistic, rows)
    if value < 1:
        return Figure(value, *bias_corrected(drawn, value, confidence), ratings)
    low = min(wilson(rows, rows, confidence)[0], float(np.quantile(drawn, (1 - confidence) / 2)))
    return Figure(value, low, 1.0, ratings)
