"""One figure held against one bound: what comes of it, and the sentence that says so. Knows no policy and no file."""

from dataclasses import dataclass
from typing import Literal

from finewright.base.results import Figure

Outcome = Literal["pass", "fail", "inconclusive"]
Answer = Literal["pass", "fail", "inconclusive", "not applicable"]
"""What comes of a line or a check, which may have nothing to read by the nature of the run."""
Unit = Literal["share", "points", "bits", "area"]


@dataclass(frozen=True, slots=True)
class Line:
    """A figure, the bound and what comes of it.

    said     the sentence, with value, interval and bound
    figure   None where it is missing, or where there is no interval to speak of (an age, a number of people)
    bound    as a sentence has it, such as `at most 3.0%`
    unfit    whether the evidence itself is no use, so that it blocks whatever the policy says of doubt
    """

    name: str
    outcome: Answer
    said: str
    figure: Figure | None = None
    bound: str = ""
    unfit: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A bound on a figure: `most` says whether it is the largest or the smallest that is allowed.

    name, noun   the figure's name in its report, and in sentences
    rows         fewest that it must rest on
    """

    name: str
    noun: str
    bound: float
    unit: Unit = "share"
    most: bool = True
    rows: int = 1

    @property
    def allowed(self) -> str:
        """The bound in words."""
        if self.most and self.bound == 0 and self.unit == "share":
            return "none"
        return f"at {'most' if self.most else 'least'} {told(self.bound, self.unit)}"


def held(rule: Rule, figure: Figure) -> Line:
    """The figure against the bound: passed or failed where the whole interval is on one side, else inconclusive.

    A bound of 0 on a share asks that not one was found: the reason says how many of more might be.
    """
    what = f"{rule.noun}: {_measured(rule, figure)}"
    if figure.rows < rule.rows:
        said = f"{what}, too few to say anything: {rule.rows:,} rows are wanted."
        return Line(rule.name, "inconclusive", said, figure, rule.allowed, unfit=True)
    outcome = _outcome(rule, figure)
    return Line(rule.name, outcome, f"{what}; {_why(rule, figure, outcome)}.", figure, rule.allowed)


def told(value: float, unit: Unit) -> str:
    """A value as people read it."""
    match unit:
        case "share":
            return f"{value:.1%}"
        case "points":
            return f"{100 * value:+.1f} points"
        case "bits":
            return f"{value:.2f} bits"
        case _:
            return f"{value:.3f}"


def worst(lines: "tuple[Line, ...]") -> Answer:
    """Failed where one is, else inconclusive where one is, else passed; not applicable only where all lines are."""
    outcomes = {line.outcome for line in lines}
    order: tuple[Answer, ...] = ("fail", "inconclusive", "pass", "not applicable")
    return next((one for one in order if one in outcomes), "pass")


def _outcome(rule: Rule, figure: Figure) -> Outcome:
    if rule.allowed == "none":
        return "fail" if figure.value > 0 else "pass"
    low, high = (figure.low, figure.high) if rule.most else (-figure.high, -figure.low)
    bound = rule.bound if rule.most else -rule.bound
    return "pass" if high <= bound else "fail" if low > bound else "inconclusive"


def _measured(rule: Rule, figure: Figure) -> str:
    value, low, high = (told(one, rule.unit) for one in (figure.value, figure.low, figure.high))
    return f"{value} (from {low} to {high}, {figure.rows:,} rows)"


def _why(rule: Rule, figure: Figure, outcome: Outcome) -> str:
    if rule.allowed == "none":
        most = told(figure.high, rule.unit)
        return (
            f"none is allowed and none was found, though up to {most} might be there"
            if outcome == "pass"
            else ("none is allowed and some were found")
        )
    wanted = f"{rule.allowed} is {'allowed' if rule.most else 'wanted'}"
    if outcome == "inconclusive":
        return f"{wanted}, which lies within the interval, so that the evidence cannot tell"
    return f"{wanted}, and the whole interval is {'within' if outcome == 'pass' else 'beyond'} that"
