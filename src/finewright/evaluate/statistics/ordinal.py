"""How far answers lie from the wanted labels where labels have an order, as functions of row weights.

Labels are given as places in their order, 0 for the lowest. Knows nothing of tasks, arms or intervals.
"""

import numpy as np
from numpy.typing import NDArray

from finewright.evaluate.statistics.intervals import Floats, Statistic

Places = NDArray[np.int64]


def mean_distance(wanted: Places, said: Places, top: int) -> Statistic:
    """Mean number of steps between wanted and said (N,), as a share of the longest way, the `top` place: 0 is best."""
    distances = np.abs(wanted - said).astype(np.float64)
    return lambda weights: weights @ distances / (top * weights.sum(axis=1))


def kappa(wanted: Places, said: Places) -> Statistic:
    """Cohen's kappa with quadratic weights (Cohen 1968, Psychological Bulletin 70:213); (N,) places each.

    One less the mean squared distance over that of the same answers dealt out at random. It is 1 where all are
    right, 0 for an answer that hangs on nothing, below 0 for worse; and 0 where all rows want and say one label,
    which chance does as well. Sums of whole numbers: rounding plays no part.
    """
    left, right = wanted.astype(np.float64), said.astype(np.float64)

    def statistic(weights: Floats) -> Floats:
        rows = weights.sum(axis=1)  # (B,)
        seen = rows * (weights @ (left - right) ** 2)
        dealt = rows * (weights @ (left**2 + right**2)) - 2 * (weights @ left) * (weights @ right)
        return np.asarray(np.where(dealt > 0, 1 - seen / np.where(dealt > 0, dealt, 1.0), 0.0))

    return statistic
