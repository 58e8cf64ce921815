"""How many answers need no review, arm by arm, in words and figures. Knows no models."""

from typing import Any

from finewright.base.results import ArmResult, Results
from finewright.flows.report.wording import DASH, count, interval, percent


def automation_section(results: Results) -> dict[str, Any] | None:
    """What the section shows; None where the recipe names no error that is allowed."""
    arms = [arm for arm in results.arms if arm.automation is not None]
    if not arms:
        return None
    error = arms[0].automation.error if arms[0].automation else 0.0
    return {"error": percent(error), "lines": [_line(arm) for arm in arms], "said": list(map(_said, arms))}


def _said(arm: ArmResult) -> tuple[str, str]:
    return arm.title, arm.automation.sentence if arm.automation else ""


def _line(arm: ArmResult) -> dict[str, str]:
    found = arm.automation
    role = "tuned" if arm.trained else ""
    if found is None or found.share is None or found.wrong is None or found.threshold is None:
        return {"title": arm.title, "role": role} | dict.fromkeys(("threshold", "share", "interval", "wrong"), DASH)
    wrong = f"{percent(found.wrong.value)} of {count(found.wrong.rows)} ({interval(found.wrong)})"
    return {
        "title": arm.title,
        "role": role,
        "threshold": f"{found.threshold:.3f}",
        "share": percent(found.share.value),
        "interval": interval(found.share),
        "wrong": wrong if found.wrong.rows else DASH,
    }
