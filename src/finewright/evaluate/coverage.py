"""How sure an arm is of each answer, whatever it knows that by, and the risk at a coverage. Knows no arms and no files.

An arm that gives answers probabilities is as sure as those say. One that answers from passages is as sure as the score
of the best of them, and not at all where it abstains or was given none.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from finewright.base.records import Prediction
from finewright.evaluate.scorers.abstention import RiskCoverage, abstains
from finewright.retrieve.hit import Hit


def probabilities(predictions: Sequence[Prediction]) -> list[float] | None:
    """The probability of each answer; None where any has none, or there are no answers."""
    found = [one.probability for one in predictions if one.probability is not None]
    return found if found and len(found) == len(predictions) else None


def best_scores(predictions: Sequence[Prediction], hits: Mapping[str, Sequence[Hit]]) -> list[float | None]:
    """The score of the best passage of each answer; None, an abstention, also where no passage was found.

    `hits` are by record, the best first. Scores of different rows compare as well as the index makes them.
    """
    return [None if abstains(one.answer) or not hits[one.record] else hits[one.record][0].score for one in predictions]


def at_coverage(curve: RiskCoverage, part: float) -> tuple[float, float]:
    """Coverage and risk of the surest `part` of all rows, or of the fewest surer ones that can be told apart beyond it.

    Where less than that was answered, those of all that were. Raises ValueError where nothing was answered.
    """
    if not len(curve.coverage):
        raise ValueError("nothing was answered")
    place = min(int(np.searchsorted(curve.coverage, part - 1e-9)), len(curve.coverage) - 1)
    return float(curve.coverage[place]), float(curve.risk[place])
