"""What exposures say: their mean with an interval, held against a model that learned none of them. Knows no model.

Exposure (Carlini et al. 2019, "The Secret Sharer", USENIX Security 28, section 4.3) is log2 of the number of candidates
minus log2 of the secret's rank among them. For a secret that was never learned the rank is uniform, whatever the model:
then exposure in nats is all but exponential with mean 1, and sums of it follow a Gamma law.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, log2

import numpy as np
from scipy.special import gammaincc, gammainccinv, gammaincinv

from finewright.audit.canaries.ranking import Rank
from finewright.base.results import Figure
from finewright.evaluate.statistics.intervals import bias_corrected, replicates

NULL = 1 / log(2)
"""Mean exposure, in bits, of secrets that were never learned: 1.44."""

_POWER = 0.8


@dataclass(frozen=True, slots=True)
class Exposures:
    """Exposures, in bits, of canaries that were learned equally often.

    p           that of the null, one-sided: as much or more mean exposure of secrets that were never learned. It errs
                on the safe side, since of finitely many candidates exposure is a little less than exponential
    detectable  the mean from which on as many canaries would tell in four of five cases, at the same confidence
    ceiling     that of a secret which is the likeliest of all
    """

    mean: Figure
    p: float
    detectable: float
    ceiling: float
    most: float


def exposure(rank: Rank) -> float:
    """Exposure in bits, 0 to log2 of the candidates."""
    return log2(rank.of) - log2(rank.rank)


def exposures(values: Sequence[float], ceiling: float, confidence: float) -> Exposures:
    """What these exposures, one at least, come to."""
    count, mean = len(values), float(np.mean(values))
    p = float(gammaincc(count, count * mean / NULL))
    needed = float(gammainccinv(count, 1 - confidence) / gammaincinv(count, 1 - _POWER)) * NULL
    return Exposures(
        Figure(mean, *_interval(values, ceiling, confidence), count), p, min(needed, ceiling), ceiling, max(values)
    )


def _interval(values: Sequence[float], ceiling: float, confidence: float) -> tuple[float, float]:
    """The wider, at each end, of the exact interval for exponential exposures and of the bootstrap's.

    The first holds where nothing was learned and is too wide where all of it was; some canaries learned among many that
    were not spread more than it allows for, which the second sees.
    """
    count, mean = len(values), float(np.mean(values))
    tail = (1 - confidence) / 2
    low = count * mean / float(gammainccinv(count, tail))
    high = count * mean / float(gammaincinv(count, tail))
    each = np.asarray(values, dtype=np.float64)
    drawn = bias_corrected(replicates(lambda weights: weights @ each / count, count), mean, confidence)
    return max(0.0, min(low, drawn[0])), min(ceiling, max(high, drawn[1]))
