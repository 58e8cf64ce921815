"""Risk against coverage: how many of the surest answers are wrong, from few to all. Pure: curves in, SVG text out."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from markupsafe import Markup

from finewright.evaluate.coverage import at_coverage
from finewright.evaluate.scorers.abstention import RiskCoverage
from finewright.flows.report.frame import Scale, line, path, svg, ticks, words
from finewright.flows.report.wording import percent

_LEFT, _TOP, _BOTTOM, _RIGHT = 48, 28, 44, 16
_STEPS = 100
_FEWEST = 0.05
"""The share of rows from which on a curve is drawn: of fewer, one slip more or less is all that it shows."""


@dataclass(frozen=True, slots=True)
class Curve:
    """One arm's curve, its title, and the CSS class of its line."""

    title: str
    style: str
    of: RiskCoverage


def sureness_chart(curves: Sequence[Curve], width: int = 860) -> Markup:
    """A line for each arm, from its surest answers to all that it gave. Empty where there is none."""
    if not curves:
        return Markup("")
    height = 320 if width > 520 else 260
    drawn = [(one, points_of(one.of)) for one in curves]
    across = Scale(0, 1, _LEFT, width - _RIGHT)
    upward = Scale(0, _ceiling([risk for _, points in drawn for _, risk in points]), height - _BOTTOM, _TOP)
    parts = [
        _axes(across, upward, width),
        *(
            path(((across(coverage), upward(risk)) for coverage, risk in points), f"curve of {one.style}")
            for one, points in drawn
        ),
    ]
    said = "; ".join(f"{one.title}: {_told(one.of)}" for one in curves)
    return svg(f"sureness-{width}", "Wrong answers by share answered", f"{said}.", width, height, parts)


def points_of(curve: RiskCoverage) -> list[tuple[float, float]]:
    """At most a hundred (coverage, risk) of the curve, from a twentieth of the rows on; two at least, for a line."""
    found = [at_coverage(curve, step / _STEPS) for step in range(int(_FEWEST * _STEPS), _STEPS + 1)]
    points = list(dict.fromkeys(found))
    return points if len(points) > 1 else [(0.0, points[0][1]), *points]


def _ceiling(risks: Sequence[float]) -> float:
    """The top of the scale: the first round tick that no risk passes, a tenth at least."""
    top = max(*risks, 0.1)
    step = ticks(0, top, 7)[1]
    return min(1.0, step * ceil(round(top / step, 9)))


def _axes(across: Scale, upward: Scale, width: int) -> Markup:
    drawn = [
        line(_LEFT, upward(share), width - _RIGHT, upward(share), "grid")
        + words(_LEFT - 8, upward(share) + 4, f"{100 * share:.4g}%", "tick", "end")
        for share in ticks(0, upward.high, 7)
    ]
    drawn += [
        words(across(share), upward.start + 18, f"{100 * share:.0f}%", "tick", "middle") for share in ticks(0, 1, 6)
    ]
    drawn.append(words(width - _RIGHT, upward.start + 36, "of all rows answered, the surest first", "tick", "end"))
    drawn.append(words(_LEFT - 44, _TOP - 12, "wrong among those", "tick"))
    return Markup("").join(drawn)


def _told(curve: RiskCoverage) -> str:
    (half, surest), (most, wrong) = at_coverage(curve, 0.5), at_coverage(curve, 1.0)
    return f"{percent(surest)} wrong of the surest {percent(half)}, {percent(wrong)} of all {percent(most)} answered"
