"""Whether answers keep the team's rules more often after training than before. Knows no files and no models.

The unit is the prompt: both models answer the same ones. What people wrote stands beside and decides nothing.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from finewright.base.errors import InputError
from finewright.base.recipe import Style
from finewright.base.results import Breach, Compliance, Contrast, Figure, Outcome
from finewright.evaluate.contrast import right_contrast
from finewright.evaluate.decide import outcome_of
from finewright.evaluate.measure import share
from finewright.evaluate.scorers.style import broken
from finewright.evaluate.words import level, p_value, percent, points

Texts = Mapping[str, str]
"""Texts by the id of the record that they belong to."""


def compliance(
    rules: Style, before: Texts, after: Texts, *, drafts: Texts, approved: Texts, confidence: float
) -> Compliance:
    """Hold the base's and the tuned model's answers to the same prompts, and what people wrote, against the rules.

    Raises InputError where the prompts are not the same, or none.
    """
    if not before or before.keys() != after.keys():
        raise InputError("the answers before and after training are not to the same prompts", remedy="ask both again")
    found = [_broken(texts, rules) for texts in (before, after, drafts, approved)]
    was, now, drafted, passed = map(_kept, found)
    change = right_contrast("after", now, "before", was, confidence)
    outcome = outcome_of(change.p, change.difference, confidence)
    first, second = _share(was, confidence), _share(now, confidence)
    return Compliance(
        before=first,
        after=second,
        change=change,
        outcome=outcome,
        sentence=_sentence(first, second, change, outcome, confidence),
        drafts=_share(drafted, confidence) if drafted else None,
        approved=_share(passed, confidence) if passed else None,
        breaches=_breaches(found),
    )


def _broken(texts: Texts, rules: Style) -> dict[str, list[str]]:
    return {name: broken(text, rules) for name, text in texts.items()}


def _kept(found: Mapping[str, list[str]]) -> dict[str, bool]:
    return {name: not breaches for name, breaches in found.items()}


def _share(kept: Mapping[str, bool], confidence: float) -> Figure:
    return share(list(kept.values()), confidence)


def _breaches(found: Sequence[Mapping[str, list[str]]]) -> tuple[Breach, ...]:
    """How many texts of each kind break each rule that any of them breaks, the most broken before training first."""
    counts = [Counter(breach for breaches in of.values() for breach in breaches) for of in found]
    every = dict.fromkeys(breach for count in counts for breach in count)
    ordered = sorted(every, key=lambda breach: tuple(-count[breach] for count in counts))
    return tuple(Breach(breach, *(count[breach] for count in counts)) for breach in ordered)


def _sentence(before: Figure, after: Figure, change: Contrast, outcome: Outcome, confidence: float) -> str:
    figures = (
        f"{percent(after.value)} of answers to {_prompts(change.rows)} keep every rule after training, "
        f"{percent(before.value)} did before ({level(confidence)} interval of the difference "
        f"{points(change.difference.low)} to {points(change.difference.high)} points, {change.test} "
        f"{p_value(change.p)})"
    )
    match outcome:
        case "better":
            return f"The tuned model keeps the team's rules more often than the base: {figures}."
        case "no better":
            often = "less often than" if change.difference.high < 0 else "no more often than"
            return f"The tuned model keeps the team's rules {often} the base: {figures}."
        case _:
            return f"It cannot be told whether the tuned model keeps the team's rules more often: {figures}."


def _prompts(rows: int) -> str:
    return f"{rows:,} held-out prompt{'' if rows == 1 else 's'}"
