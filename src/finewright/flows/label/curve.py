"""`label curve`: what more labelled rows would bring, told from the training part alone."""

from dataclasses import dataclass
from pathlib import Path

from finewright.base.progress import progress
from finewright.evaluate.label_words import curve_sentence, curve_told
from finewright.evaluate.learning_curve import Curve, curve, fits, trials
from finewright.flows.label.rows import By, classifier, labelled_rows


@dataclass(frozen=True, slots=True)
class CurveFound:
    """A recipe's learning curve by a named classifier, and what it says."""

    classifier: str
    curve: Curve
    sentence: str
    told: str


def label_curve(recipe_path: Path, *, by: By = "auto", seeds: int = 5) -> CurveFound:
    """Measure and extrapolate. Raises InputError or DataError where the rows do not allow a curve; writes nothing."""
    rows = labelled_rows(recipe_path)
    name, grade = classifier(rows.recipe, by)
    train, recipe = rows.parts.train, rows.recipe
    with progress("Learning curve", fits(train, seeds), "fits") as advance:
        found = trials(train, grade, seeds, recipe.seed, advance)
    laid = curve(found, len(train), recipe.evaluate.confidence)
    return CurveFound(name, laid, curve_sentence(laid), curve_told(laid))
