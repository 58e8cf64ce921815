"""A gate's decision on a run's own page, and how a page says what each check asks. Knows no files."""

from typing import Any

from finewright.audit.checks.finding import Finding
from finewright.audit.decision import Decision

OUTCOMES = {"pass": "Pass", "fail": "Fail", "inconclusive": "Inconclusive", "not applicable": "Not applicable"}
STYLES = {"pass": "better", "fail": "no-better", "inconclusive": "cannot-tell", "not applicable": "not-compared"}
"""Classes of the style sheet."""
ASKED = {
    "lift": "Better than the best other way",
    "forgetting": "Still knows what the base knew",
    "exposure": "Keeps little of what it saw once",
    "secrets": "Says none of the planted secrets",
    "membership": "Does not tell whose rows it learned",
    "extraction": "Gives none of its rows away",
    "outputs": "Names nobody unasked",
    "redteam": "No easier to misuse than the base",
    "validity": "Answers in the form asked for",
    "age": "Examined lately",
    "approvals": "Approved by somebody else",
}
"""What each check asks, so that it reads well beside pass and fail."""


def decided_section(decision: Decision | None) -> dict[str, Any] | None:
    """What the template shows; None where no gate has decided."""
    if decision is None:
        return None
    return {
        "outcome": OUTCOMES[decision.outcome],
        "style": STYLES[decision.outcome],
        "sentence": decision.sentence,
        "policy": decision.policy,
        "at": decision.at,
        "checks": [check_line(one) for one in decision.findings],
        "defences": decision.defences,
    }


def check_line(one: Finding) -> dict[str, Any]:
    """One check as a row of a table."""
    return {
        "asked": ASKED[one.check],
        "style": STYLES[one.outcome],
        "outcome": OUTCOMES[one.outcome],
        "weight": "" if one.required else "not required",
        "let": one.required and one.outcome in ("fail", "inconclusive") and not one.blocks,
        "reason": one.reason,
    }
