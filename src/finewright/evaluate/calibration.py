"""Whether probabilities mean what they say: temperature scaling, expected calibration error. Knows numbers alone.

Guo, Pleiss, Sun and Weinberger, On Calibration of Modern Neural Networks, 2017
"""

import math
from collections.abc import Callable, Sequence

import numpy as np
from scipy.optimize import minimize_scalar

from finewright.base.results import Figure
from finewright.evaluate.statistics.clusters import Groups, clustered_replicates
from finewright.evaluate.statistics.intervals import Floats, replicates, wilson

_BINS = 15
_FURTHEST = math.log(100)


def fitted_temperature(loss: Callable[[float], float]) -> float:
    """The likeliest temperature by `loss`, the summed loss in nats of held-out rows at a temperature.

    Before any row is seen its logarithm is taken to be standard normal. Without that, a few rows that are all answered
    right would make every answer certain; some hundred rows outweigh it.
    """
    found = minimize_scalar(
        lambda logarithm: loss(math.exp(logarithm)) + logarithm**2 / 2,
        bounds=(-_FURTHEST, _FURTHEST),
        method="bounded",
        options={"xatol": 1e-4},
    )
    return float(math.exp(found.x))


def calibration_error(probabilities: Sequence[float], right: Sequence[bool]) -> float:
    """Expected calibration error: how far, on average over rows, the share answered right lies from what was said.

    Rows are put into 15 bins of equal width by the probability of their answer; a bin's distance is that between its
    mean probability and its share of right answers. Raises ValueError where there are no rows.
    """
    gaps = _gaps(probabilities, right)
    return float(np.abs(gaps.sum(axis=0)).sum() / len(gaps))


def calibration_figure(
    probabilities: Sequence[float], right: Sequence[bool], confidence: float, groups: Groups | None = None
) -> Figure:
    """The expected calibration error with an interval that may begin at 0; `groups` (N,) are drawn as wholes.

    Chance alone takes every bin some way off, and each way counts: the error of perfect probabilities is above 0, and
    that of a resample above the sample's. So plain percentiles would never hold 0. The low end is the error less the
    largest distance between the bins of resamples and the sample, which bounds by the triangle inequality what chance
    can have added; the high end is the bootstrap's reflected one (Davison and Hinkley 1997, Bootstrap Methods and their
    Application, section 5.2), at least the error itself.
    """
    gaps = _gaps(probabilities, right)
    means = gaps.mean(axis=0)  # (B,)
    value = float(np.abs(means).sum())
    if not gaps.any():
        return Figure(value, 0.0, wilson(0, len(gaps), confidence)[1], len(gaps))

    def drawn(weights: Floats) -> Floats:
        """The error of each resample, and the distance of its bins from the sample's: (R, 2)."""
        bins = weights @ gaps / weights.sum(axis=1, keepdims=True)
        return np.stack([np.abs(bins).sum(axis=1), np.abs(bins - means).sum(axis=1)], axis=1)

    found = replicates(drawn, len(gaps)) if groups is None else clustered_replicates(drawn, groups)
    tail = (1 - confidence) / 2
    low = value - float(np.quantile(found[:, 1], 1 - tail))
    high = 2 * value - float(np.quantile(found[:, 0], tail))
    return Figure(value, max(0.0, low), min(1.0, max(value, high)), len(gaps))


def _gaps(probabilities: Sequence[float], right: Sequence[bool]) -> Floats:
    """What was said less what held, of each row in the column of its bin: (N, B)."""
    if not probabilities or len(probabilities) != len(right):
        raise ValueError("a probability and an outcome for each row, and at least one, are wanted")
    said, held = np.asarray(probabilities, float), np.asarray(right, float)
    bins = np.minimum((said * _BINS).astype(int), _BINS - 1)
    gaps = np.zeros((len(said), _BINS))
    gaps[np.arange(len(said)), bins] = said - held
    return gaps
