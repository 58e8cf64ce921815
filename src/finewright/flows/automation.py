"""What of an arm's answers needs no review, from its stored answers to validation and test rows. Knows no model."""

from collections.abc import Sequence

from finewright.base.recipe import Evaluate
from finewright.base.records import Prediction
from finewright.base.results import Automation, Measured
from finewright.evaluate.automation import Sure, automation
from finewright.flows.answers import Answers


def automation_of(
    validation: tuple[Answers, Measured], test: tuple[Answers, Measured], settings: Evaluate
) -> Automation | None:
    """What can be automated at the recipe's error; None where it names none, or answers have no probability."""
    if settings.automate.error is None:
        return None
    parts = [_sure(answers.predictions, found) for answers, found in (validation, test)]
    chosen, seen = parts
    return automation(chosen, seen, settings.automate.error, settings.confidence) if chosen and seen else None


def _sure(predictions: Sequence[Prediction], found: Measured) -> list[Sure]:
    """Probability and outcome of each answer; nothing where any answer has no probability."""
    sure = [Sure(one.probability, found.correct[one.record]) for one in predictions if one.probability is not None]
    return sure if len(sure) == len(predictions) else []
