"""What was found out about labels, in plain sentences. Decides nothing."""

from finewright.base.results import Figure
from finewright.evaluate.label_errors import Suspects
from finewright.evaluate.learning_curve import Curve
from finewright.evaluate.words import about, level, percent, points


def curve_sentence(found: Curve) -> str:
    """How many more rows buy one point of accuracy, or why that cannot be told."""
    more, rows = found.more, f"{found.rows:,} training rows"
    if found.known and more.value is not None and more.low is not None and more.high is not None:
        interval = f"{level(found.confidence)} interval {about(more.low)} to {about(more.high)}"
        return f"From {rows} on, one point more takes about {about(more.value)} more rows ({interval})."
    if not found.check.held:
        return (
            f"It cannot be told how many more rows buy one point: up to half of the rows the curve foretold "
            f"{_share(found.check.predicted)} for {found.check.rows:,}, and {percent(found.check.measured.value)} were "
            "measured."
        )
    if more.low is None:
        return f"From {rows} on, more rows of this kind do not buy one point, as far as the curve shows."
    most = "no end" if more.high is None else about(more.high)
    return (
        f"It cannot be told how many more rows buy one point from {rows} on: at least {about(more.low)} "
        f"({level(found.confidence)} interval {about(more.low)} to {most})."
    )


def curve_told(found: Curve) -> str:
    """What doubling the rows would bring, and how the curve's own forecast fared."""
    check = found.check
    fared = "agrees" if check.held else "does not agree"
    return (
        f"By the curve, twice the rows bring {_share(found.doubled)}. Check: from up to half of them it foretold "
        f"{_share(check.predicted)} for {check.rows:,} rows, which {fared} with the {_share(check.measured)} measured."
    )


def suspects_sentence(found: Suspects) -> str:
    """How many rows are suspects, among how many, and how many wrong labels are to be expected."""
    number, unknown = len(found.suspects), len(found.alone)
    alone = f" {unknown:,} rows could not be judged: their labels stand in one group only." if unknown else ""
    if not number:
        return f"None of {found.judged:,} rows is more likely of another label than the given one.{alone}"
    told = f"{number:,} of {found.judged:,} rows {'is' if number == 1 else 'are'} more likely of another label"
    expected = max(1, round(found.expected))
    wrong = "1 wrong label is" if expected == 1 else f"{expected:,} wrong labels are"
    return f"{told}; about {wrong} to be expected.{alone}"


def _share(figure: Figure) -> str:
    return f"{percent(figure.value)} ({points(figure.low)} to {points(figure.high)})"
