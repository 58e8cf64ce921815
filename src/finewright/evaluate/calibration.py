"""Whether probabilities mean what they say: temperature scaling, expected calibration error. Knows numbers alone.

Guo, Pleiss, Sun and Weinberger, On Calibration of Modern Neural Networks, 2017
"""

import math
from collections.abc import Callable, Sequence

import numpy as np
from scipy.optimize import minimize_scalar

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
    if not probabilities or len(probabilities) != len(right):
        raise ValueError("a probability and an outcome for each row, and at least one, are wanted")
    said, held = np.asarray(probabilities, float), np.asarray(right, float)
    bins = np.minimum((said * _BINS).astype(int), _BINS - 1)
    sums = np.bincount(bins, said - held, _BINS)  # of each bin: rows times (mean said - share right)
    return float(np.abs(sums).sum() / len(said))
