"""Whether arms know when they are right: calibration, and the wrong answers among the surest. Knows no models."""

from collections.abc import Mapping
from typing import Any

from finewright.base.results import ArmResult, Results
from finewright.evaluate.coverage import at_coverage
from finewright.evaluate.measure import CALIBRATION
from finewright.evaluate.scorers.abstention import RiskCoverage, risk_coverage
from finewright.flows.report.arms import role_of
from finewright.flows.report.sureness_chart import Curve, sureness_chart
from finewright.flows.report.wording import DASH, interval, percent

Sure = Mapping[str, Mapping[str, float | None]]
"""How sure an arm is of each answer, by arm and record; None where it abstains."""

_NEAR = 0.01
_DRAWN = 6
_STYLES = {"tuned": "s0", "challenger": "s1"}
_OTHERS = ("s2", "s3", "s4", "s5", "s5", "s5")


def sureness_section(results: Results, sure: Sure, widths: tuple[int, int]) -> dict[str, Any] | None:
    """What the section shows: a line an arm and the chart in both widths; None where no arm says how sure it is.

    Drawn are the tuned arm, the challenger and of the others those with the least risk over the answers.
    """
    found = {arm.name: (arm, _curve(arm, sure[arm.name])) for arm in results.arms if arm.test and sure.get(arm.name)}
    answered = {name: (arm, curve) for name, (arm, curve) in found.items() if len(curve.coverage)}
    if not answered:
        return None
    drawn = _drawn(answered, results)
    return {
        "lines": [_line(arm, curve, results) for arm, curve in answered.values()],
        "drawn": drawn,
        "by_passages": any("answered" in arm.test.figures for arm, _ in answered.values() if arm.test),
        "chart": sureness_chart(drawn, widths[0]),
        "narrow": sureness_chart(drawn, widths[1]),
    }


def _curve(arm: ArmResult, sure: Mapping[str, float | None]) -> RiskCoverage:
    correct = arm.test.correct if arm.test else {}
    return risk_coverage([sure[record] for record in correct], list(correct.values()))


def _drawn(answered: Mapping[str, tuple[ArmResult, RiskCoverage]], results: Results) -> list[Curve]:
    ranked = sorted(answered.values(), key=lambda one: (role_of(one[0], results) == "", one[1].area))
    others = iter(_OTHERS)
    return [
        Curve(arm.title, _STYLES.get(role_of(arm, results)) or next(others), curve) for arm, curve in ranked[:_DRAWN]
    ]


def _line(arm: ArmResult, curve: RiskCoverage, results: Results) -> dict[str, str]:
    error = arm.test.figures.get(CALIBRATION) if arm.test else None
    (most, wrong), (half, surest) = at_coverage(curve, 1.0), at_coverage(curve, 0.5)
    return {
        "title": arm.title,
        "role": role_of(arm, results),
        "error": percent(error.value) if error else DASH,
        "interval": interval(error) if error else "",
        "answered": percent(most),
        "wrong": percent(wrong),
        "half": percent(surest),
        "of": "" if abs(half - 0.5) < _NEAR else f"of {percent(half)}",
    }
