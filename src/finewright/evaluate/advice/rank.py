"""From a situation to ranked ways with their reasons, and whether the rules can tell at all. Pure.

Points of the rules that fire add up. What was measured replaces, for the ways it was measured of, every rule that
foretells how often answers are right. An open question is one whose answer could change which way comes first.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from finewright.base.results import Figure
from finewright.evaluate.advice.rules import MARGIN, OPTIONS, RULES, TITLES, Rule
from finewright.evaluate.advice.situation import Situation

_JOINING = {
    "classifier": "1 part to keep up: a classifier of its own",
    "endpoint": "1 part that others keep up: what stands behind the endpoint",
}
"""Ways that join the ranking where they were measured, and what each has to keep up."""
_AS = {"endpoint": "prompt"}
"""Whose points a way gets: what stands behind an endpoint is asked by a prompt, and knows no more than a base does."""
MEASURED = 4
"""Points for a way that was measured to be good enough, and against one that was measured not to be."""

_POSSIBLE: Mapping[str, tuple[Any, ...]] = {
    "facts_change": ("never", "yearly", "monthly"),
    "must_cite": (False, True),
    "deletion": (False, True),
    "calls_month": (100, 1_000, 10_000, 1_000_000),
    "compute": ("none", "cpu"),
    "short_rule": (False, True),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Points that a rule or a measurement gave, the number that triggered it, and where the rule comes from."""

    rule: str
    points: int
    number: str
    source: str


@dataclass(frozen=True, slots=True)
class Ranked:
    """A way with its points and their reasons, the weightiest first. `measured` where an arm of this way was."""

    option: str
    points: int
    reasons: tuple[Reason, ...]
    measured: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """An arm that was measured for a way: the share of right answers with its interval.

    `cost` is what asking it took, where it has prices of its own.
    """

    option: str
    title: str
    right: Figure
    cost: float | None = None


@dataclass(frozen=True, slots=True)
class Advice:
    """The ways from the best to the worst; `open` are the unanswered questions that could change the first."""

    outcome: Literal["clear", "cannot tell"]
    ranking: tuple[Ranked, ...]
    open: tuple[str, ...]
    lead: int


def advise(of: Situation, evidence: Sequence[Evidence] = ()) -> Advice:
    """The advice for a situation; of several measurements of one way the best counts."""
    best = _best(evidence)
    ranking = _ranked(of, best)
    lead = ranking[0].points - ranking[1].points
    asked = tuple(key for key in _POSSIBLE if _turns(of, key, best, ranking[0].option))
    return Advice("cannot tell" if asked or lead < MARGIN else "clear", ranking, asked, lead)


def _best(evidence: Sequence[Evidence]) -> dict[str, Evidence]:
    return {one.option: one for one in sorted(evidence, key=lambda one: one.right.value)}


def _ranked(of: Situation, measured: Mapping[str, Evidence]) -> tuple[Ranked, ...]:
    """Most points first; of equals the way with fewer parts to keep up."""
    fired = [(rule, number) for rule in RULES if (number := rule.fires(of)) is not None]
    names = [*OPTIONS, *(name for name in measured if name not in OPTIONS)]
    ways = [_way(name, fired, measured.get(name), of) for name in names]
    return tuple(sorted(ways, key=lambda way: -way.points))


def _way(name: str, fired: Sequence[tuple[Rule, str]], measured: Evidence | None, of: Situation) -> Ranked:
    reasons = [*_by_rules(name, fired, measured is not None)]
    if measured is not None:
        reasons.append(_by_measure(measured, of.answers.enough))
    reasons.sort(key=lambda reason: -abs(reason.points))
    return Ranked(name, sum(reason.points for reason in reasons), tuple(reasons), measured is not None)


def _by_rules(name: str, fired: Sequence[tuple[Rule, str]], measured: bool) -> Iterator[Reason]:
    for rule, number in fired:
        points: Mapping[Any, int] = rule.points
        way = _AS.get(name, name)
        if name in _JOINING and rule.name == "effort":
            yield Reason(rule.name, -1, _JOINING[name], rule.source)
        elif way in points and not (measured and rule.foretells):
            yield Reason(rule.name, points[way], number, rule.source)


def _by_measure(measured: Evidence, enough: float) -> Reason:
    """Good enough where even the low end of the interval is, not where even the high end is not, else open."""
    right = measured.right
    points = MEASURED if right.low >= enough else -MEASURED if right.high < enough else 0
    told = {MEASURED: "good enough", -MEASURED: "not good enough", 0: "which does not tell"}[points]
    figures = f"{100 * right.value:.1f}% ({100 * right.low:.1f} to {100 * right.high:.1f})"
    number = f"{measured.title}: {figures} of {right.rows:,} validation rows right, {100 * enough:g}% wanted: {told}"
    return Reason("measured", points, number, "this data")


def _turns(of: Situation, key: str, measured: Mapping[str, Evidence], first: str) -> bool:
    """Whether some answer to an unanswered question puts another way first."""
    if getattr(of.answers, key) is not None:
        return False
    supposed = (replace(of, answers=of.answers.model_copy(update={key: value})) for value in _POSSIBLE[key])
    return any(_ranked(one, measured)[0].option != first for one in supposed)


def sentence(found: Advice) -> str:
    """The advice in one sentence, or what it would take to give one."""
    first, second = found.ranking[:2]
    names = f"{TITLES[first.option]} ({first.points:+d})", f"{TITLES[second.option]} ({second.points:+d})"
    if found.outcome == "clear":
        return f"{names[0]} comes first, {found.lead} points before {names[1]}{_how(first)}."
    if found.lead < MARGIN:
        yet = "from so few rows" if any(way.measured for way in found.ranking) else "without measuring"
        return (
            f"Cannot tell {yet}: {names[0]} and {names[1]} are {found.lead} point"
            f"{'' if found.lead == 1 else 's'} apart, and rules tell from {MARGIN} points on."
        )
    return (
        f"Cannot tell without an answer: {names[0]} comes first now, and open questions that could change that: "
        f"{len(found.open)}."
    )


def _how(first: Ranked) -> str:
    return ", as it was measured" if first.measured else ", by rule and not yet measured"
