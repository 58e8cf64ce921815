"""Trials of a sweep, ranked: which combination did best on the validation rows, and how sure its lead is.

Reads figures, never models. Two things make a lead look larger than it is: which seeds and which rows it was measured
with. It counts as one only where both intervals, paired by seed and paired by row, leave out zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import numpy as np

from finewright.base.files import canonical_json
from finewright.evaluate.statistics.paired import paired_bootstrap
from finewright.evaluate.statistics.seeds import Spread, paired_t, spread


@dataclass(frozen=True, slots=True)
class Trial:
    """One training with one combination and one seed, measured on the validation rows.

    `loss` in nats per supervised token; `figure` the share of rows answered right, `correct` which by record id.
    `weights` were trained; the file of what was made has `size` bytes.
    """

    values: dict[str, Any]
    seed: int
    loss: float
    figure: float
    correct: dict[str, bool]
    seconds: float
    weights: int
    size: int


@dataclass(frozen=True, slots=True)
class Lead:
    """How much larger the best combination's share of right rows is than another's.

    `seeds` is Student's interval of the differences by seed, `rows` the bootstrap's of those by row. `nats` is how much
    lower its loss is, `losses` Student's interval of that.
    """

    by: float
    seeds: tuple[float, float]
    rows: tuple[float, float]
    nats: float
    losses: tuple[float, float]

    @property
    def certain(self) -> bool:
        """Whether it is more than seeds and rows make by chance."""
        return self.seeds[0] > 0 and self.rows[0] > 0

    @property
    def alike(self) -> bool:
        """Whether neither answers nor losses tell the two apart."""
        return not self.certain and self.losses[0] <= 0


@dataclass(frozen=True, slots=True)
class Combination:
    """A combination with its trials, one a seed; `behind` is the best one's lead over it, None of the best."""

    values: dict[str, Any]
    trials: tuple[Trial, ...]
    behind: Lead | None = None

    @property
    def figure(self) -> Spread:
        """The share of rows right over seeds."""
        return spread([trial.figure for trial in self.trials])

    @property
    def loss(self) -> Spread:
        """The validation loss over seeds."""
        return spread([trial.loss for trial in self.trials])

    @property
    def seconds(self) -> float:
        """Mean wall seconds of a training."""
        return fmean(trial.seconds for trial in self.trials)

    @property
    def weights(self) -> int:
        """How many weights are trained."""
        return self.trials[0].weights

    @property
    def size(self) -> int:
        """Bytes of what training makes."""
        return self.trials[0].size


def ranked(trials: Sequence[Trial], confidence: float) -> tuple[Combination, ...]:
    """The combinations, best first: by the mean figure, then the mean loss, then the fewer weights.

    Raises ValueError where two combinations were not tried with the same seeds.
    """
    found: dict[str, list[Trial]] = {}
    for trial in trials:
        found.setdefault(canonical_json(trial.values), []).append(trial)
    if len({tuple(trial.seed for trial in of) for of in found.values()}) > 1:
        raise ValueError("every combination must be tried with the same seeds, in the same order")
    best, *others = sorted((Combination(of[0].values, tuple(of)) for of in found.values()), key=_rank)
    return best, *(Combination(one.values, one.trials, _lead(best, one, confidence)) for one in others)


def _rank(one: Combination) -> tuple[float, float, int, str]:
    return -one.figure.mean, one.loss.mean, one.weights, canonical_json(one.values)


def _lead(best: Combination, other: Combination, confidence: float) -> Lead:
    pairs = list(zip(best.trials, other.trials, strict=True))
    shares = [mine.figure - theirs.figure for mine, theirs in pairs]
    by_row = [
        fmean(mine.correct[row] - theirs.correct[row] for mine, theirs in pairs) for row in best.trials[0].correct
    ]
    low, high, _ = paired_bootstrap(np.array(by_row), confidence)
    losses = [theirs.loss - mine.loss for mine, theirs in pairs]
    return Lead(fmean(shares), paired_t(shares, confidence), (low, high), fmean(losses), paired_t(losses, confidence))
