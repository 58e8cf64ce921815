"""How well held-out preferences are told by likelihood, and whether training changed that. Knows no files and no loop.

Of pairs the unit is the pair; of rated answers it is the answer, and every liked one meets every disliked one: the area
under the curve of Hanley and McNeil 1982, Radiology 143:29.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from finewright.base.errors import InputError
from finewright.base.results import Figure, Outcome, Preferences, Verdict
from finewright.evaluate.contrast import right_contrast
from finewright.evaluate.decide import outcome_of
from finewright.evaluate.measure import resampled, share
from finewright.evaluate.perplexity import Likelihood
from finewright.evaluate.statistics.intervals import Floats, Statistic, bias_corrected, replicates, value_of
from finewright.evaluate.statistics.paired import bootstrap_p
from finewright.evaluate.statistics.power import fewest
from finewright.evaluate.words import level, p_value, percent

NEGLIGIBLE = 0.03
"""A gain that is surely smaller than this share is told as none."""

Answer = Likelihood
"""How likely an answer is, as a whole and by the token."""


@dataclass(frozen=True, slots=True)
class Sides:
    """The two answers of a held-out pair by one model."""

    chosen: Answer
    rejected: Answer


def of_pairs(before: Mapping[str, Sides], after: Mapping[str, Sides], confidence: float) -> Preferences:
    """Compare two models on the same pairs, by record. Raises InputError where they are not the same, or none."""
    _check_same(before, after)
    was, now = _ahead(before), _ahead(after)
    moves = [_margin(after[name]) - _margin(before[name]) for name in sorted(before)]
    change = right_contrast("after", now, "before", was, confidence)
    return Preferences(
        rows=change.rows,
        before=_share(was, confidence),
        after=_share(now, confidence),
        token_before=_share(_ahead_by_token(before), confidence),
        token_after=_share(_ahead_by_token(after), confidence),
        moved=share([move > 0 for move in moves], confidence),
        difference=change.difference,
        p=change.p,
        margin=float(np.mean(moves)),
    )


def of_ratings(
    before: Mapping[str, Answer], after: Mapping[str, Answer], liked: Mapping[str, bool], confidence: float
) -> Preferences:
    """Compare two models on the same rated answers, by record.

    Raises InputError where they are not the same answers, or not of both kinds.
    """
    _check_same(before, after)
    names = sorted(before)
    up = np.array([liked[name] for name in names])
    if up.all() or not up.any():
        raise InputError("held-out feedback is all of one kind", remedy="hold out answers with both thumbs")
    was = np.array([before[name].total for name in names])
    now = np.array([after[name].total for name in names])
    gained = now - was

    def area(scores: Floats) -> Figure:
        return resampled(_area(scores, up), len(names), confidence)

    tokens = np.array([before[name].tokens for name in names])
    first, second = _area(was, up), _area(now, up)

    def change(weights: Floats) -> Floats:
        return second(weights) - first(weights)

    value, drawn = value_of(change, len(names)), replicates(change, len(names))
    return Preferences(
        rows=len(names),
        before=area(was),
        after=area(now),
        token_before=area(was / tokens),
        token_after=area(now / tokens),
        moved=area(gained),
        difference=Figure(value, *bias_corrected(drawn, value, confidence), len(names)),
        p=bootstrap_p(drawn, value),
        margin=float(gained[up].mean() - gained[~up].mean()),
    )


def decide_preferences(found: Preferences, confidence: float) -> Verdict:
    """Whether held-out preferences are told better than before; the same figures give the same words."""
    outcome = _outcome(found, confidence)
    return Verdict(outcome, _sentence(found, outcome, confidence), _advice(found, outcome, confidence))


def _check_same(before: Mapping[str, object], after: Mapping[str, object]) -> None:
    if not before or set(before) != set(after):
        raise InputError("the preferences before and after training are not the same", remedy="measure both again")


def _margin(of: Sides) -> float:
    return of.chosen.total - of.rejected.total


def _ahead(sides: Mapping[str, Sides]) -> dict[str, bool]:
    return {name: _margin(of) > 0 for name, of in sides.items()}


def _ahead_by_token(sides: Mapping[str, Sides]) -> dict[str, bool]:
    return {name: of.chosen.mean > of.rejected.mean for name, of in sides.items()}


def _share(ahead: Mapping[str, bool], confidence: float) -> Figure:
    return share(list(ahead.values()), confidence)


def _area(scores: Floats, up: np.ndarray) -> Statistic:
    """The weighted share of (liked, disliked) in which the liked one scores higher; ties count half."""
    gap = np.sign(scores[up][:, None] - scores[~up][None])  # (U, D)
    ahead = (gap + 1) / 2

    def statistic(weights: Floats) -> Floats:
        one, other = weights[:, up], weights[:, ~up]  # (B, U), (B, D)
        met = one.sum(1) * other.sum(1)
        won = ((one @ ahead) * other).sum(1)
        # A draw without one of the kinds says nothing either way.
        area: Floats = np.divide(won, met, out=np.full(len(met), 0.5), where=met > 0)
        return area

    return statistic


def _outcome(found: Preferences, confidence: float) -> Outcome:
    if found.rows < fewest(confidence):
        return "cannot tell"
    return outcome_of(found.p, found.difference, confidence, NEGLIGIBLE)


def _sentence(found: Preferences, outcome: Outcome, confidence: float) -> str:
    figures = (
        f"the preferred answer is the likelier one in {_said(found.before)} before and {_said(found.after)} after "
        f"({level(confidence)} intervals, {p_value(found.p)}); training moved it ahead of the other in "
        f"{_said(found.moved)}"
    )
    held_out = f"{found.rows:,} held-out preference{'' if found.rows == 1 else 's'}"
    match outcome:
        case "better":
            return f"On {held_out} the tuned model tells the preferred answer better than the base: {figures}."
        case "no better":
            how = "worse" if found.difference.high < 0 else "no better"
            return f"On {held_out} the tuned model tells the preferred answer {how} than the base: {figures}."
        case _:
            return f"With {held_out} it cannot be told whether the tuned model prefers better: {figures}."


def _advice(found: Preferences, outcome: Outcome, confidence: float) -> str:
    if outcome == "better":
        return (
            "Read some of its answers before it is used: a preference that is told is not yet an answer that is good."
        )
    if found.rows < fewest(confidence):
        return f"Hold out {fewest(confidence)} preferences or more."
    if found.moved.low > 0.5:
        return "Training leans the right way, too little to turn the order: give it more preferences or epochs."
    return "Give it more preferences, or look at a sample of them: annotators may disagree about what is better."


def _said(figure: Figure) -> str:
    return f"{percent(figure.value)} ({percent(figure.low)} to {percent(figure.high)})"
