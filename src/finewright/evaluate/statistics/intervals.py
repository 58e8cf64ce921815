"""Confidence intervals of one figure: Wilson's for a share of right rows, the bootstrap's for everything else.

A statistic is given as a function of row weights, so that one matrix of resampled weights serves any number of
figures at once. Knows nothing of tasks or arms. The random draws hang on the number of rows alone.
"""

from collections.abc import Callable
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

Floats = NDArray[np.float64]

Statistic = Callable[[Floats], Floats]
"""Row weights (B, N) to values (B,). A weight is how often a resample holds the row; all ones is the sample itself."""

RESAMPLES = 2000
_CELLS = 4_000_000


def wilson(successes: float, rows: float, confidence: float) -> tuple[float, float]:
    """Score interval of a binomial share (Wilson 1927, JASA 22:209), as (low, high). All of 0..1 for no rows.

    Rows that are worth less than their number, because they hang together, may be given as a fraction.
    """
    if not rows:
        return 0.0, 1.0
    z = critical(confidence)
    share, shrink = successes / rows, 1 + z * z / rows
    centre = (share + z * z / (2 * rows)) / shrink
    half = z * sqrt(share * (1 - share) / rows + z * z / (4 * rows * rows)) / shrink
    # At the ends the formula gives the share itself; rounding must not push the bound past it.
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == rows else min(1.0, centre + half)
    return low, high


def critical(confidence: float) -> float:
    """Standard normal quantile that leaves (1 - confidence) / 2 above it: 1.96 for 0.95."""
    return float(ndtri((1 + confidence) / 2))


def replicates(statistic: Statistic, rows: int, resamples: int = RESAMPLES) -> Floats:
    """The statistic on `resamples` draws of `rows` rows with replacement; (resamples,), the same for the same N."""
    draws = np.random.Generator(np.random.PCG64(rows))
    at_once = max(1, _CELLS // rows)
    sizes = [min(at_once, resamples - done) for done in range(0, resamples, at_once)]
    return np.concatenate([statistic(_weights(draws, size, rows)) for size in sizes])


def value_of(statistic: Statistic, rows: int) -> float:
    """The statistic on the sample itself."""
    return float(statistic(np.ones((1, rows)))[0])


def bias_corrected(drawn: Floats, value: float, confidence: float) -> tuple[float, float]:
    """Bias-corrected percentile interval (Efron 1981, Canadian J. Statistics 9:139) from replicates (B,).

    Macro-F1 needs the correction: a resample lacks some rare labels, which moves its median off the sample's
    value. The interval always holds `value`.
    """
    below = (np.sum(drawn < value) + np.sum(drawn == value) / 2) / len(drawn)
    shift = 2 * ndtri(np.clip(below, 1 / len(drawn), 1 - 1 / len(drawn)))
    z = critical(confidence)
    low, high = np.quantile(drawn, [ndtr(shift - z), ndtr(shift + z)])
    return min(float(low), value), max(float(high), value)


def _weights(draws: np.random.Generator, size: int, rows: int) -> Floats:
    picked = draws.integers(0, rows, (size, rows)) + np.arange(size)[:, None] * rows
    return np.bincount(picked.ravel(), minlength=size * rows).reshape(size, rows).astype(np.float64)
