"""Membership: whether rows that were learned can be told from rows that were not, and whether that was a fair trial."""

from dataclasses import replace

from finewright.audit.checks.attacks import held_in, no_report
from finewright.audit.checks.line import Line, Rule, told
from finewright.audit.checks.strength import strength
from finewright.audit.dossier import Dossier
from finewright.audit.policy import Membership
from finewright.base.results import Figure


def membership(check: Membership, dossier: Dossier) -> list[Line]:
    """Area and true-positive rate of the strongest attack, judged beside a baseline that never saw the model.

    Where that baseline tells learned rows from held-out ones, these differ in themselves, and an attack's figure says
    little: a high one may be the difference of the rows, a low one may be masked by it. Then both are inconclusive,
    whatever the policy says of doubt. Only where the attack's area lies wholly above the baseline's does a fail stand.
    """
    if "membership" not in dossier.reports:
        return [no_report("membership", dossier)]
    rules = [
        Rule("tpr", "Share of learned rows told at 1% false positives", check.tpr, rows=check.rows),
        Rule("auc", "Area under the curve of the strongest attack", check.auc, "area", rows=check.rows),
    ]
    figures = dossier.reports["membership"].figures
    lines, asked = held_in("membership", rules, dossier), strength("membership", check.asked, dossier)
    blind, auc = figures.get("blind_auc"), figures.get("auc")
    if blind is None:
        return [*lines, *held_in("membership", [Rule("blind_auc", "", check.blind)], dossier), *asked]
    if blind.low <= check.blind:
        return [*lines, *asked]
    return [*(_unfair(line, blind, auc) for line in lines), *asked]


def _unfair(line: Line, blind: Figure, auc: Figure | None) -> Line:
    """The line where held-out rows are no match for learned ones."""
    if line.figure is None or (line.outcome == "fail" and auc is not None and auc.low > blind.high):
        return line
    ends = f"{told(blind.value, 'area')} ({told(blind.low, 'area')} to {told(blind.high, 'area')})"
    said = (
        f"{line.said} But a baseline without the model tells learned rows from held-out ones too, with an area of "
        f"{ends}: the rows differ in themselves, so that the attack cannot be judged."
    )
    return replace(line, outcome="inconclusive", said=said, unfit=True)
