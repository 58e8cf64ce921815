"""What a review found, in plain sentences. Decides nothing."""

from finewright.base.results import Figure
from finewright.evaluate.agreement import reliance
from finewright.evaluate.review.findings import Compared, Findings, Pull
from finewright.evaluate.words import about, level, p_value, percent, points


def sentences(found: Findings) -> list[str]:
    """The pairs of arms first, then how far raters agree, then whether the place of an answer swayed them."""
    several = len(found.raters) > 1
    said = [compared_sentence(one, found) for one in found.pairs]
    if several:
        said += [agreement_sentence(one, found.confidence) for one in found.pairs]
    else:
        said += ["One person rated, so it is not known whether others would say the same: two or more tell."]
    return said + [pull_sentence(one, found.confidence) for one in found.pulls]


def compared_sentence(one: Compared, found: Findings) -> str:
    """Won, tied and lost items, the difference with its interval, and whether it can be told from chance."""
    contrast, difference = one.contrast, one.contrast.difference
    p = contrast.p if contrast.adjusted is None else contrast.adjusted
    counted = f"{contrast.arm} was preferred in {contrast.won}, {contrast.other} in {contrast.lost}"
    split = "" if len(found.raters) == 1 else " or as many raters for either"
    ties = f"{one.ties} {'was a tie' if one.ties == 1 else 'were ties'}{split}"
    figures = (
        f"a difference of {points(difference.value)} points ({_interval(difference, found.confidence)}, "
        f"{contrast.test} {p_value(p)})"
    )
    return (
        f"{_outcome(one, p, found.confidence)} Of {_items(contrast.rows)} {counted}, and {ties}: {figures}.{_same(one)}"
    )


def agreement_sentence(one: Compared, confidence: float) -> str:
    """Alpha with its interval, and what it permits."""
    pair = f"{one.contrast.arm} against {one.contrast.other}"
    if not one.rated_twice:
        return f"{pair}: no item was rated by two people, so agreement is not known."
    if one.agreement is None:
        return f"{pair}: everyone said the same of every item, so agreement beyond chance cannot be measured."
    alpha = one.agreement
    interval = f"{level(confidence)} interval {alpha.low:.2f} to {alpha.high:.2f}"
    return (
        f"{pair}: the raters agree {reliance(alpha.value)}: Krippendorff's alpha {alpha.value:.2f} ({interval}, "
        f"{_items(alpha.rows)}; 1 is full agreement, 0 is chance)."
    )


def pull_sentence(one: Pull, confidence: float) -> str:
    """The share of the left side, which says nothing about the arms: each stood left as often as the other."""
    who = "All raters together" if one.rater is None else one.rater
    if one.share is None:
        return f"{who}: every item was a tie, so a pull of the place cannot be seen."
    told = one.p < 1 - confidence
    side = "left" if one.left > one.right else "right"
    said = f"the answer's place seems to sway: the {side} one is preferred too often" if told else "no sign of a pull"
    return (
        f"{who}: left preferred in {one.left} of {one.left + one.right} decided items, {percent(one.share.value)} "
        f"({_interval(one.share, confidence)}, {p_value(one.p)}); {said}."
    )


def _outcome(one: Compared, p: float, confidence: float) -> str:
    contrast = one.contrast
    if p < 1 - confidence:
        better, other = (
            (contrast.arm, contrast.other) if contrast.won > contrast.lost else (contrast.other, contrast.arm)
        )
        return f"People prefer {better} to {other}."
    needed = f" (about {about(one.rows_needed)} items would, if they kept falling so)" if one.rows_needed else ""
    return f"It cannot be told whether people prefer {contrast.arm} or {contrast.other}{needed}."


def _same(one: Compared) -> str:
    if not one.same:
        return ""
    rows = "1 further row was" if one.same == 1 else f"{one.same} further rows were"
    return f" {rows} drawn and not shown, as both gave the same answer."


def _items(count: int) -> str:
    return "1 item" if count == 1 else f"{count:,} items"


def _interval(figure: Figure, confidence: float) -> str:
    return f"{level(confidence)} interval {points(figure.low)} to {points(figure.high)}"
