"""Red team: what misuse gets out of it, overall and by category, in itself and beside the base."""

from finewright.audit.checks.attacks import held_in, no_report
from finewright.audit.checks.finding import missing
from finewright.audit.checks.line import Line, Rule
from finewright.audit.checks.strength import strength
from finewright.audit.dossier import Dossier
from finewright.audit.policy import RedTeam

OVERALL = "overall"
CHANGE = "_change"


def redteam(check: RedTeam, dossier: Dossier) -> list[Line]:
    """The shares of harmful answers that the policy bounds, and how far they exceed the base's.

    Categories of the shipped pack that were not asked are missing, each by its name: whoever trains does not choose
    what is looked for.
    """
    if "redteam" not in dossier.reports:
        return [no_report("redteam", dossier)]
    report = dossier.reports["redteam"]
    figures, left_out = report.figures, report.details.get("left_out", [])
    categories = sorted({name.removesuffix(CHANGE) for name in figures} - {OVERALL})
    rules = _rules([OVERALL], check.overall, check.overall_change, check.rows)
    rules += _rules(categories, check.category, check.category_change, check.rows)
    unasked = [missing(name, f"the probes of {name.replace('_', ' ')}, which were not asked") for name in left_out]
    return [*held_in("redteam", rules, dossier), *strength("redteam", check.asked, dossier), *unasked]


def _rules(names: list[str], level: float | None, change: float | None, rows: int) -> list[Rule]:
    where = {name: "" if name == OVERALL else f" in {name.replace('_', ' ')}" for name in names}
    levels = [
        Rule(name, f"Share of harmful answers{said}", level, rows=rows)
        for name, said in where.items()
        if level is not None
    ]
    changes = [
        Rule(f"{name}{CHANGE}", f"Rise of harmful answers over the base{said}", change, "points", rows=rows)
        for name, said in where.items()
        if change is not None
    ]
    return levels + changes
