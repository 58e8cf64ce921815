"""A judgement in plain words: what was found, what sways the judge, and whether it may decide. Decides nothing."""

from collections.abc import Iterator

from finewright.base.recipe_judge import PREFERRED
from finewright.evaluate.judge.bias import Effect
from finewright.evaluate.judge.judgement import Judgement
from finewright.evaluate.judge.people import Agreement
from finewright.evaluate.words import level, p_value, percent, points

UNCHECKED = (
    "A judge gave rewards that nobody has held against people's: they say what it likes, and not how good answers are."
)
"""What is said wherever a judge rewards: as a reward it is allowed, as a verdict it is not."""

_MORE = {
    "length": "the longer of two answers",
    "lists": "the answer with more list items",
    "markdown": "the answer with more Markdown",
    "politeness": "the politer wording",
}
_TRAIT = {
    "place": "the place of an answer",
    "length": "length",
    "lists": "a list",
    "markdown": "Markdown",
    "politeness": "polite wording",
}
_SWAYED = {
    "length": "longer answers",
    "lists": "answers with lists",
    "markdown": "answers with Markdown",
    "politeness": "polite wording",
}


def sentences(found: Judgement) -> list[str]:
    """All that is to be said: the comparison, what was inconclusive, each effect, agreement, and the standing."""
    parts = [*_compared(found), *_inconclusive(found), *(effect_words(one, found.confidence) for one in found.effects)]
    return [*parts, *(_agreed(one, found) for one in found.agreement), standing(found)]


def standing(found: Judgement) -> str:
    """Whether the judge may decide, and what it decides where it may."""
    first, second = found.arms
    if found.outcome is not None:
        said = {"better": "is better than", "no better": "is no better than"}.get(found.outcome)
        if said is None:
            return f"The judge may decide, and these rows do not tell whether {first} is better than {second}."
        return f"The judge may decide, and finds that {first} {said} {second}."
    if found.decides:
        return "The judge may decide, but no comparison of it could be read."
    why = "was not held against people's choices between answers"
    if any(one.criterion == PREFERRED for one in found.agreement):
        why = f"does not reach a kappa of {found.threshold:g} with people by the lower end of its interval"
    return f"This judge informs and does not decide: it {why}. No verdict rests on its figures."


def effect_words(effect: Effect, confidence: float) -> str:
    """One thing that may sway the judge: that it does, that nothing of it was found, or that it cannot be told."""
    if effect.share is None or effect.p is None or effect.adjusted is None:
        return f"Whether {_TRAIT[effect.name]} sways the judge cannot be told from {_pairs(effect.pairs)}."
    figures = (
        f"{percent(effect.share.value)} ({level(confidence)} interval {percent(effect.share.low)} to "
        f"{percent(effect.share.high)}, {_pairs(effect.pairs)}, {p_value(effect.adjusted)}; a fair judge has 50%)"
    )
    if effect.name == "place":
        return _placed(effect, effect.share.value, figures)
    what = f"{_MORE[effect.name]}, where both are equally right, was preferred in {figures}"
    if not effect.found:
        return f"No sway by {_TRAIT[effect.name]} was found: {what}."
    way = "prefers" if effect.share.value > 0.5 else "dislikes"
    return f"The judge {way} {_SWAYED[effect.name]}, whether they are right or not: {what}.{_mixed(effect)}"


def _placed(effect: Effect, share: float, figures: str) -> str:
    what = f"the answer shown first was preferred in {figures}"
    if not effect.found:
        return f"No sway by {_TRAIT[effect.name]} was found: {what}."
    return f"The judge prefers the answer shown {'first' if share > 0.5 else 'second'}, whichever it is: {what}."


def _mixed(effect: Effect) -> str:
    """What has more of a style is often longer too, and one may be the other."""
    if effect.name == "length":
        return " Where longer answers are better in a way that correctness does not tell, this shows here too."
    return f" It was the longer answer too in {effect.longer:,} of {_pairs(effect.pairs)}."


def _compared(found: Judgement) -> Iterator[str]:
    of, (first, second) = found.compared, found.arms
    if of.difference is None or of.p is None:
        return
    yield (
        f"Of {of.rows - of.inconclusive:,} rows, {first} was preferred in {of.won:,} and {second} in {of.lost:,}, in "
        f"both orders; {of.ties:,} were called the same and {of.equal:,} were equal answers: a difference of "
        f"{points(of.difference.value)} points ({level(found.confidence)} interval {points(of.difference.low)} to "
        f"{points(of.difference.high)}, {p_value(of.p)})."
    )
    if of.inconsistent:
        yield (
            f"In {of.inconsistent:,} rows the judge was inconsistent: it said otherwise when the answers changed place."
            " They count as ties."
        )


def _inconclusive(found: Judgement) -> Iterator[str]:
    if found.compared.inconclusive:
        lost = found.compared.inconclusive
        yield f"{lost:,} comparisons were inconclusive: a reply could not be read. They count for neither arm."
    for one in found.rated:
        lost = sum(counts["inconclusive"] for counts in one.counts.values())
        if lost:
            every = 2 * len(found.rows)
            yield f"By {one.criterion}, {lost:,} of {every:,} answers were inconclusive, and have no level."


def _agreed(one: Agreement, found: Judgement) -> str:
    what = "choices between answers" if one.criterion == PREFERRED else f"labels of {one.criterion}"
    reach = "reaches" if one.decides else "does not reach"
    return (
        f"Against people's {what} ({one.kappa.rows:,} labels) kappa is {one.kappa.value:.2f} "
        f"({level(found.confidence)} interval {one.kappa.low:.2f} to {one.kappa.high:.2f}): its lower end {reach} the "
        f"{found.threshold:g} of `evaluate.judge.kappa`."
    )


def _pairs(count: int) -> str:
    return "1 pair" if count == 1 else f"{count:,} pairs"
