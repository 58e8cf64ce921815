"""Whether general knowledge survived training: a test of non-inferiority on the same probes and the same windows.

The question is not whether there is a difference but whether a loss beyond the margin can be ruled out. Bounds are
one-sided at the recipe's confidence: "kept" where the bound on the side of loss stays within the margin, "lost" where
the other bound is beyond it, else "cannot tell". Knows no model; the same figures give the same words.
"""

from collections.abc import Mapping, Sequence
from math import ceil, exp

import numpy as np
from scipy.special import ndtri

from finewright.base.errors import InputError
from finewright.base.results import Change, Survival
from finewright.evaluate.perplexity import Likelihood, change_said
from finewright.evaluate.statistics.intervals import bias_corrected, replicates
from finewright.evaluate.statistics.paired import Pairs, difference_interval
from finewright.evaluate.statistics.power import POWER, fewest


def accuracy_change(before: Sequence[bool], after: Sequence[bool], margin: float, confidence: float) -> Change:
    """Share of right answers to the same probes before and after; the interval is Newcombe's for paired shares.

    Raises InputError where there are no probes, or not the same number.
    """
    if not before or len(before) != len(after):
        raise InputError("the probes before and after training are not the same", remedy="measure both again")
    pairs = _pairs(before, after)
    low, high = difference_interval(pairs, _two_sided(confidence))
    outcome = _outcome(low > -margin, high < -margin)
    needed = _probes_needed(pairs, margin, confidence) if outcome == "cannot tell" else None
    first, second = sum(before) / pairs.rows, sum(after) / pairs.rows
    figures = (
        f"Accuracy on {_counted(pairs.rows, 'general question')} was {first:.1%} before and {second:.1%} after "
        f"({_points(pairs.difference)} points, {_points(low)} to {_points(high)})"
    )
    sentence = f"{figures}: {_loss_said(outcome, f'{100 * margin:g} points')}{_remedy(needed)}."
    return Change(first, second, pairs.difference, low, high, margin, pairs.rows, outcome, sentence, needed)


def perplexity_change(
    before: Mapping[str, Likelihood], after: Mapping[str, Likelihood], margin: float, confidence: float
) -> Change:
    """Perplexity per token of the same windows before and after: exp of the mean negative log-likelihood.

    The difference is after / before - 1; its interval comes from resampling windows (bias-corrected bootstrap of the
    log-ratio), since the tokens of a window hang together. Raises InputError where the windows are not the same.
    """
    counted = [{name: of.tokens for name, of in side.items()} for side in (before, after)]
    if not before or counted[0] != counted[1]:
        raise InputError("the windows before and after training are not the same", remedy="measure both again")
    names = sorted(before)
    tokens = np.array([before[name].tokens for name in names], dtype=np.float64)  # (N,)
    rises = np.array([before[name].total - after[name].total for name in names])  # (N,) nats
    drawn = replicates(lambda weights: (weights @ rises) / (weights @ tokens), len(names))
    ratio = float(rises.sum() / tokens.sum())
    low, high = (exp(end) - 1 for end in bias_corrected(drawn, ratio, _two_sided(confidence)))
    enough = len(names) >= fewest(confidence)
    outcome = _outcome(enough and high < margin, enough and low > margin)
    first = exp(-sum(of.total for of in before.values()) / float(tokens.sum()))
    change = exp(ratio) - 1
    figures = (
        f"Perplexity of {_counted(int(tokens.sum()), 'token')} of general text was {first:.2f} before and "
        f"{first * exp(ratio):.2f} after ({change_said(change)}, {change_said(low)} to {change_said(high)})"
    )
    longer = "" if enough else "; a longer text would tell"
    sentence = f"{figures}: {_rise_said(outcome, f'{100 * margin:g}%')}{longer}."
    return Change(first, first * exp(ratio), change, low, high, margin, len(names), outcome, sentence)


def _two_sided(confidence: float) -> float:
    """The level of the two-sided interval whose ends are both one-sided bounds of `confidence`, a half or more."""
    return max(2 * confidence - 1, 0.01)


def _outcome(kept: bool, lost: bool) -> Survival:
    return "kept" if kept else "lost" if lost else "cannot tell"


def _pairs(before: Sequence[bool], after: Sequence[bool]) -> Pairs:
    """The trained model is the first of the pair: `won` are probes that it alone answers right."""
    both = sum(a and b for a, b in zip(before, after, strict=True))
    won, lost = sum(after) - both, sum(before) - both
    return Pairs(both, won, lost, len(before) - both - won - lost)


def _probes_needed(pairs: Pairs, margin: float, confidence: float) -> int | None:
    """Probes at which keeping would show with the usual power, if answers kept changing as these did.

    Connor's variance of a paired difference delta with a share psi of changed answers, about the margin instead of
    zero: ((z_alpha + z_beta) / (margin + delta))^2 (psi - delta^2). None where the difference itself is beyond the
    margin, or where the approximation asks for no more than there are.
    """
    room = margin + pairs.difference
    if room <= 0:
        return None
    psi = (pairs.won + pairs.lost) / pairs.rows
    spread = float(ndtri(confidence) + ndtri(POWER))
    needed = ceil((spread / room) ** 2 * (psi - pairs.difference**2))
    return needed if needed > pairs.rows else None


def _loss_said(outcome: Survival, margin: str) -> str:
    match outcome:
        case "kept":
            return f"no more than the accepted {margin} are lost"
        case "lost":
            return f"more than the accepted {margin} are lost"
        case _:
            return f"whether more than the accepted {margin} are lost cannot be told"


def _rise_said(outcome: Survival, margin: str) -> str:
    match outcome:
        case "kept":
            return f"it rose by no more than the accepted {margin}"
        case "lost":
            return f"it rose by more than the accepted {margin}"
        case _:
            return f"whether it rose by more than the accepted {margin} cannot be told"


def _remedy(needed: int | None) -> str:
    return f"; some {needed:,} questions would tell" if needed else ""


def _points(share: float) -> str:
    text = f"{100 * share:+.1f}"
    return "0.0" if text in ("+0.0", "-0.0") else text


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
