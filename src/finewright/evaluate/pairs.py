"""How well scores tell the preferred of two answers, and whether their differences mean what they say.

By Bradley and Terry (1952) a margin, the chosen side's score minus the rejected one's, is the log-odds that the chosen
side is preferred; divided by a temperature, fitted on other pairs, it is to be so in fact. Knows numbers alone.
"""

from collections.abc import Sequence

import numpy as np
from scipy.special import expit, log_expit

from finewright.base.results import PairFigures
from finewright.evaluate.calibration import calibration_error, fitted_temperature
from finewright.evaluate.measure import share
from finewright.evaluate.statistics.intervals import Floats


def pair_temperature(chosen: Sequence[float], rejected: Sequence[float]) -> float:
    """The likeliest temperature of these scores; a few pairs that are all told right make none certain."""
    margins = _margins(chosen, rejected)
    return fitted_temperature(lambda temperature: _loss(margins, temperature))


def pair_loss(chosen: Sequence[float], rejected: Sequence[float], temperature: float) -> float:
    """-log sigmoid(margin / temperature), the mean over pairs in nats."""
    margins = _margins(chosen, rejected)
    return _loss(margins, temperature) / len(margins)


def pair_figures(
    chosen: Sequence[float], rejected: Sequence[float], confidence: float, temperature: float = 1.0
) -> PairFigures:
    """Figures over pairs from the scores of their sides, before any temperature.

    A pair is told right where the chosen side scores higher; equal scores tell nothing and are wrong. Raises
    ValueError where there are no pairs, or not as many of one side as of the other.
    """
    margins = _margins(chosen, rejected)
    return PairFigures(
        rows=len(margins),
        accuracy=share((margins > 0).tolist(), confidence),
        ties=int((margins == 0).sum()),
        margin=float(margins.mean()) / temperature,
        loss=_loss(margins, temperature) / len(margins),
        temperature=temperature,
        calibration_error_before=_error(margins, 1.0),
        calibration_error=_error(margins, temperature),
    )


def _margins(chosen: Sequence[float], rejected: Sequence[float]) -> Floats:
    if not chosen or len(chosen) != len(rejected):
        raise ValueError("a score of each side of each pair, and at least one pair, are wanted")
    margins: Floats = np.asarray(chosen, float) - np.asarray(rejected, float)
    return margins


def _loss(margins: Floats, temperature: float) -> float:
    """Summed, in nats."""
    return -float(log_expit(margins / temperature).sum())


def _error(margins: Floats, temperature: float) -> float:
    """Of the side that scores higher: how far its probability lies from how often it is the chosen one."""
    return calibration_error(expit(np.abs(margins) / temperature).tolist(), (margins > 0).tolist())
