"""How many answers need no review: those surer than a threshold behind which few enough are wrong. Knows no models.

The threshold is chosen on validation rows so that a promise holds: with the stated confidence, of all later answers
above it no more than the allowed share is wrong. Thresholds are tried in a fixed order, from the strictest to the
loosest, and the trying ends with the first at which the exact binomial bound (Clopper and Pearson 1934, Biometrika
26:404, one-sided) exceeds that share. So the search for the best costs no confidence (fixed-sequence testing:
Angelopoulos, Bates, Candes, Jordan and Lei 2021, Learn then Test). The order is one of ranks, set by the number of
rows alone; that rests on a surer answer being wrong no more often than one less sure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log

from scipy.stats import binom

from finewright.base.results import Automation, Figure
from finewright.evaluate.statistics.intervals import wilson
from finewright.evaluate.words import level, percent, points

_STEPS = 20  # ranks that are tried over all rows: more of them stop earlier, fewer are coarser
_FIRST = 4  # the first of them is behind this part of the rows: less would let one slip end the search


@dataclass(frozen=True, slots=True)
class Sure:
    """One answer: the probability that its arm gave it, and whether it is right."""

    probability: float
    right: bool


def automation(validation: Sequence[Sure], test: Sequence[Sure], error: float, confidence: float) -> Automation:
    """What can be automated with at most the share `error` of it wrong; on `test` what came of the promise.

    Raises ValueError where there are no test rows.
    """
    if not test:
        raise ValueError("there are no test rows to see the promise on")
    above = threshold(validation, error, confidence)
    if above is None:
        said = _none(len(validation), error, confidence)
        return Automation(error, confidence, None, len(validation), None, None, said)
    passed = [one for one in test if one.probability > above]
    share = _figure(len(passed), len(test), confidence)
    wrong = _figure(sum(not one.right for one in passed), len(passed), confidence)
    said = _sentence(above, share, wrong, error, confidence)
    return Automation(error, confidence, above, len(validation), share, wrong, said)


def threshold(rows: Sequence[Sure], error: float, confidence: float) -> float | None:
    """The least probability above which answers may be automated; None where no threshold keeps the promise.

    A rank k is tested on the k surest rows, those above the probability of row k + 1: given that, they are drawn alike
    and their errors are binomial. Equally sure rows are taken together.
    """
    surest = sorted(rows, key=lambda one: -one.probability)
    found: float | None = None
    tried = 0
    for rank in _ranks(len(surest), error, confidence):
        while rank < len(surest) and surest[rank].probability == surest[rank - 1].probability:
            rank += 1
        if rank == tried:
            continue
        tried = rank
        wrong = sum(not one.right for one in surest[:rank])
        if binom.cdf(wrong, rank, error) > 1 - confidence:
            break
        found = surest[rank].probability if rank < len(surest) else 0.0
    return found


def fewest_rows(error: float, confidence: float) -> int:
    """Rows below which even no error at all keeps no promise: (1 - error)^n must be at most 1 - confidence."""
    return ceil(log(1 - confidence) / log(1 - error))


def _ranks(rows: int, error: float, confidence: float) -> list[int]:
    first = max(fewest_rows(error, confidence), rows // _FIRST)
    return [*range(first, rows, max(1, rows // _STEPS)), rows] if first <= rows else []


def _figure(count: int, rows: int, confidence: float) -> Figure:
    return Figure(count / rows if rows else 0.0, *wilson(count, rows, confidence), rows)


def _sentence(above: float, share: Figure, wrong: Figure, error: float, confidence: float) -> str:
    needless = f"{percent(share.value)} of answers need no review ({_interval(share, confidence)}): those "
    if not wrong.rows:
        return f"{needless}with a probability above {above:.3f}; none of the {share.rows:,} test rows has one."
    kept = "" if wrong.value <= error else ", more than was promised"
    return (
        f"{needless}with a probability above {above:.3f}, of which at most {percent(error)} are wrong by the "
        f"validation rows (with {level(confidence)} confidence); of {wrong.rows:,} such test rows "
        f"{percent(wrong.value)} were ({_interval(wrong, confidence)}){kept}."
    )


def _none(rows: int, error: float, confidence: float) -> str:
    fewest = fewest_rows(error, confidence)
    few = f"{rows:,} validation rows are too few, {fewest:,} are the least"
    wrong = f"too many of the surest of {rows:,} validation rows are wrong"
    why = few if rows < fewest else wrong
    return (
        f"No share of answers can be automated with at most {percent(error)} of them wrong and {level(confidence)} "
        f"confidence: {why}."
    )


def _interval(figure: Figure, confidence: float) -> str:
    return f"{level(confidence)} interval {points(figure.low)} to {points(figure.high)}"
