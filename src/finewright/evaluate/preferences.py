"""How well held-out preferences are told by likelihood, and whether training changed that. Knows no files and no loop.

Of pairs the unit is the pair; of rated answers it is the answer, and every liked one meets every disliked one: the area
under the curve of Hanley and McNeil 1982, Radiology 143:29.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, log2

import numpy as np

from finewright.base.errors import InputError
from finewright.base.results import Figure, Outcome, Preferences, Verdict
from finewright.evaluate.statistics.intervals import Floats, Statistic, bias_corrected, replicates, value_of, wilson
from finewright.evaluate.statistics.paired import Pairs, difference_interval, mcnemar

NEGLIGIBLE = 0.03
"""A gain that is surely smaller than this share is told as none."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How likely an answer is: the sum of its tokens' log-probabilities (nats), and how many they are."""

    total: float
    tokens: int

    @property
    def mean(self) -> float:
        """Nats per token."""
        return self.total / self.tokens


@dataclass(frozen=True, slots=True)
class Sides:
    """The two answers of a held-out pair by one model."""

    chosen: Answer
    rejected: Answer


def of_pairs(before: Mapping[str, Sides], after: Mapping[str, Sides], confidence: float) -> Preferences:
    """Compare two models on the same pairs, by record. Raises InputError where they are not the same, or none."""
    _check_same(before, after)
    names = sorted(before)
    first, second = [before[name] for name in names], [after[name] for name in names]
    was, now = _ahead(first), _ahead(second)
    moves = [_margin(of) - _margin(at) for of, at in zip(second, first, strict=True)]
    told = Pairs(
        both=int(np.sum(was & now)),
        won=int(np.sum(now & ~was)),
        lost=int(np.sum(was & ~now)),
        neither=int(np.sum(~was & ~now)),
    )
    rows = len(names)
    return Preferences(
        rows=rows,
        before=_share(was, confidence),
        after=_share(now, confidence),
        token_before=_share(_ahead_by_token(first), confidence),
        token_after=_share(_ahead_by_token(second), confidence),
        moved=_share(np.array(moves) > 0, confidence),
        difference=Figure(told.difference, *difference_interval(told, confidence), rows),
        p=mcnemar(told.won, told.lost),
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
        return _resampled(_area(scores, up), len(names), confidence)

    tokens = np.array([before[name].tokens for name in names])
    first, second = _area(was, up), _area(now, up)

    def change(weights: Floats) -> Floats:
        return second(weights) - first(weights)

    difference = _resampled(change, len(names), confidence)
    return Preferences(
        rows=len(names),
        before=area(was),
        after=area(now),
        token_before=area(was / tokens),
        token_after=area(now / tokens),
        moved=area(gained),
        difference=difference,
        p=_p(change, len(names)),
        margin=float(gained[up].mean() - gained[~up].mean()),
    )


def decide_preferences(found: Preferences, confidence: float) -> Verdict:
    """Whether held-out preferences are told better than before; the same figures give the same words."""
    outcome = _outcome(found, confidence)
    return Verdict(outcome, _sentence(found, outcome, confidence), _advice(found, outcome))


def _check_same(before: Mapping[str, object], after: Mapping[str, object]) -> None:
    if not before or set(before) != set(after):
        raise InputError("the preferences before and after training are not the same", remedy="measure both again")


def _margin(of: Sides) -> float:
    return of.chosen.total - of.rejected.total


def _ahead(sides: Sequence[Sides]) -> np.ndarray:
    return np.array([_margin(of) > 0 for of in sides])


def _ahead_by_token(sides: Sequence[Sides]) -> np.ndarray:
    return np.array([of.chosen.mean > of.rejected.mean for of in sides])


def _share(right: np.ndarray, confidence: float) -> Figure:
    count = int(right.sum())
    return Figure(count / len(right), *wilson(count, len(right), confidence), len(right))


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


def _resampled(statistic: Statistic, rows: int, confidence: float) -> Figure:
    value = value_of(statistic, rows)
    return Figure(value, *bias_corrected(replicates(statistic, rows), value, confidence), rows)


def _p(statistic: Statistic, rows: int) -> float:
    """Two-sided: the share of resampled values that lie as far from the observed one as that lies from zero."""
    value, drawn = value_of(statistic, rows), replicates(statistic, rows)
    return float((1 + np.sum(np.abs(drawn - value) >= abs(value) - 1e-12)) / (1 + len(drawn)))


def _outcome(found: Preferences, confidence: float) -> Outcome:
    if found.rows < ceil(log2(2 / (1 - confidence))):
        return "cannot tell"
    significant = found.p < 1 - confidence
    if significant and found.difference.value > 0:
        return "better"
    if significant or found.difference.high < NEGLIGIBLE:
        return "no better"
    return "cannot tell"


def _sentence(found: Preferences, outcome: Outcome, confidence: float) -> str:
    p = "p < 0.001" if found.p < 0.001 else f"p = {found.p:.3f}"
    figures = (
        f"the preferred answer is the likelier one in {_said(found.before)} before and {_said(found.after)} after "
        f"({confidence:.0%} intervals, {p}); training moved it ahead of the other in {_said(found.moved)}"
    )
    held_out = f"{found.rows:,} held-out preferences"
    match outcome:
        case "better":
            return f"On {held_out} the tuned model tells the preferred answer better than the base: {figures}."
        case "no better":
            return f"On {held_out} the tuned model tells the preferred answer no better than the base: {figures}."
        case _:
            return f"With {held_out} it cannot be told whether the tuned model prefers better: {figures}."


def _advice(found: Preferences, outcome: Outcome) -> str:
    if outcome == "better":
        return (
            "Read some of its answers before it is used: a preference that is told is not yet an answer that is good."
        )
    if found.moved.low > 0.5:
        return "Training leans the right way, too little to turn the order: give it more pairs or epochs."
    return "Give it more pairs, or look at a sample of them: annotators may disagree about what is better."


def _said(figure: Figure) -> str:
    return f"{figure.value:.1%} ({figure.low:.1%} to {figure.high:.1%})"
