"""A gate's decision as a page that a risk officer reads in five minutes. Knows figures and reasons, no files.

page(GateView(...)) is the text; the same view gives the same text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from finewright.audit.checks.finding import SHOWN, Finding
from finewright.audit.checks.line import told
from finewright.audit.checks.strength import ASKED as ASKED_FOR
from finewright.audit.checks.strength import asked_for
from finewright.audit.decision import Decision
from finewright.audit.policy import Heading, Policy
from finewright.audit.report import Report
from finewright.base.results import Results
from finewright.flows.report import wording
from finewright.flows.report.arms import Tile
from finewright.flows.report.decided import ASKED, OUTCOMES, STYLES, check_line
from finewright.flows.report.page import environment, sign
from finewright.flows.report.perplexity import perplexity_tiles
from finewright.flows.report.preferences import preference_tiles

_REPORTS = {
    "canaries": "Canaries: made-up rows, planted to be found again",
    "secrets": "Planted secrets: in the raw data, to be removed by scrubbing",
    "membership": "Membership: telling learned rows from others",
    "extraction": "Extraction: drawing learned rows out",
    "outputs": "Answers: identifiers that nobody asked for",
    "redteam": "Red team: attempts at misuse",
}
_FURTHER = {
    "pass": "Before it is used, read the limits below, and what is still open.",
    "fail": "It must not be used as it is: mend what fails, train anew if need be, and ask again.",
    "inconclusive": "More evidence is wanted: more held-out rows, or attacks with more of them. Do not use it yet.",
}


@dataclass(frozen=True, slots=True)
class GateView:
    """What the page shows.

    name       of the run
    facts      what was judged, as (name, value)
    approvals  (name, day, note, why void or empty) of each approval
    files      (file, digest) of everything in the pack besides the page
    """

    name: str
    decision: Decision
    policy: Policy
    results: Results | None
    reports: Mapping[str, Report]
    facts: Sequence[tuple[str, str]]
    approvals: Sequence[tuple[str, str, str, str]]
    files: Sequence[tuple[str, str]]


def page(view: GateView) -> str:
    """The page as HTML."""
    outcome = view.decision.outcome
    return (
        environment()
        .get_template("gate.html.j2")
        .render(
            view=view,
            style=STYLES[outcome],
            sign=sign(STYLES[outcome].replace("-", " ")),
            outcome=OUTCOMES[outcome],
            further=_FURTHER[outcome],
            tiles=_tiles(view),
            checks=[_check(one) for one in view.decision.findings],
            reports=[_report(one) for one in view.reports.values()],
            headings=[_heading(one, view.decision) for one in view.policy.headings],
            open=sum(len(one.asks) for one in view.policy.headings),
            notes=_limits(view),
        )
    )


def _tiles(view: GateView) -> list[Tile]:
    """What a reader in a hurry takes away: checks held, the lift, who was told apart, who approved."""
    found = view.decision.findings
    held = sum(one.outcome == "pass" for one in found)
    tiles = [Tile("Checks that hold", f"{held} of {len(found)}", _counted(found))]
    deciding = view.results.verdict.deciding if view.results else None
    if deciding is not None:
        tiles.append(
            Tile(
                "Points over the best other way",
                wording.points(deciding.difference.value),
                wording.point_interval(deciding.difference),
            )
        )
    elif view.results is not None:
        tiles += _over_the_base(view.results)
    membership = view.reports.get("membership")
    if membership is not None and "tpr" in membership.figures:
        figure = membership.figures["tpr"]
        note = f"{wording.interval(figure)}; chance is 1%"
        tiles.append(Tile("Learned rows told at 1% false alarms", wording.percent(figure.value), note))
    names = ", ".join(view.decision.approved_by)
    return [*tiles, Tile("Approvals", str(len(view.decision.approved_by)), names or "nobody yet")]


def _over_the_base(results: Results) -> list[Tile]:
    """What training did where there is no other way to hold it against."""
    if results.preferences is not None:
        return [one for one in preference_tiles(results.preferences) if one.role]
    return [perplexity_tiles(results.perplexity)[-1]] if results.perplexity is not None else []


def _counted(found: Sequence[Finding]) -> str:
    fails, unsure, apart = (
        sum(one.outcome == outcome for one in found) for outcome in ("fail", "inconclusive", "not applicable")
    )
    besides = f", {apart} not applicable" if apart else ""
    return f"{fails} fail{'s' if fails == 1 else ''}, {unsure} inconclusive{besides}"


def _check(one: Finding) -> dict[str, Any]:
    return check_line(one) | {
        "name": one.check,
        "sign": sign(STYLES[one.outcome].replace("-", " ")),
        "lines": [line.said for line in one.lines if line.name != ASKED_FOR] if len(one.lines) > SHOWN else [],
    }


def _report(one: Report) -> dict[str, Any]:
    rows = [
        (
            name.replace("_", " "),
            told(figure.value, "area"),
            f"{told(figure.low, 'area')} to {told(figure.high, 'area')}",
            wording.count(figure.rows),
        )
        for name, figure in one.figures.items()
    ]
    title, asked = _REPORTS.get(one.kind, one.kind), asked_for(one)
    return {"title": title, "made": one.made[:10], "rows": rows, "notes": [*([asked] if asked else []), *one.notes]}


def _heading(one: Heading, decision: Decision) -> dict[str, Any]:
    found = {of.check: of.outcome for of in decision.findings}
    checks = [
        {"name": ASKED[name], "outcome": OUTCOMES[found[name]], "style": STYLES[found[name]]} for name in one.checks
    ]
    return {
        "title": one.title,
        "reference": one.reference,
        "wants": one.wants,
        "checks": checks,
        "evidence": ", ".join(one.evidence),
        "asks": one.asks,
    }


def _limits(view: GateView) -> list[str]:
    """What the decision does not say, where that hangs on this one."""
    notes = [f"{file} cannot be taken as evidence: {why}." for file, why in view.decision.refused.items()]
    if view.decision.planned is False:
        notes.append("The policy is another than the one that stood before the attacks were made.")
    asked = {one.check for one in view.decision.findings}
    left = [said for name, said in ASKED.items() if name not in asked]
    if left:
        notes.append(f"The policy does not ask for: {'; '.join(left)}.")
    return notes
