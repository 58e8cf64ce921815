"""The gate: a policy and a dossier to pass, fail or inconclusive, with reasons. Pure, so that it can be recomputed.

Overall: failed where a required check fails or a file is no evidence; else inconclusive where a required check is, and
the policy lets doubt block, or where required checks are there and none of them applies; else passed. The day enters
through the age of the evidence alone. Knows no folder, no model and no clock.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from finewright.audit.checks import attacks, measured, people
from finewright.audit.checks.finding import Finding, finding
from finewright.audit.checks.lesson import inapplicable
from finewright.audit.checks.line import Line, Outcome
from finewright.audit.checks.membership import membership
from finewright.audit.checks.redteam import redteam
from finewright.audit.decision import Decision
from finewright.audit.defences import defences
from finewright.audit.dossier import Dossier
from finewright.audit.policy import Policy

_READS: dict[str, Callable[[Any, Dossier], list[Line]]] = {
    "lift": measured.lift,
    "forgetting": measured.forgetting,
    "exposure": attacks.exposure,
    "secrets": attacks.secrets,
    "membership": membership,
    "extraction": attacks.extraction,
    "outputs": attacks.outputs,
    "redteam": redteam,
    "validity": measured.validity,
}
APPROVALS = "approvals"


def decide(policy: Policy, dossier: Dossier, at: date) -> Decision:
    """What the evidence says under the policy on that day; the same arguments give the same decision."""
    findings = tuple(_found(name, policy, dossier, at) for name in policy.checks.asked)
    outcome = overall(findings, bool(dossier.refused))
    return Decision(
        outcome=outcome,
        sentence=_sentence(outcome, findings, dossier),
        at=at.isoformat(),
        policy=policy.name,
        policy_digest=policy.digest,
        planned=None if dossier.planned is None else dossier.planned == policy.digest,
        adapter=dossier.adapter,
        base=dossier.base,
        run=dossier.run,
        evidence=dict(dossier.digests),
        refused=dict(dossier.refused),
        findings=findings,
        approved_by=people.names(dossier, policy.digest),
        void={
            file: why
            for file, one in sorted(dossier.approvals.items())
            if (why := people.voided_by(one, dossier, policy.digest))
        },
        defences=_defences(findings, dossier),
    )


def _defences(findings: tuple[Finding, ...], dossier: Dossier) -> tuple[str, ...]:
    """What to try where a figure of an attack failed; evidence that is missing is no sign of memory."""
    failed = [one.check for one in findings if any(line.outcome == "fail" and line.figure for line in one.lines)]
    return defences(failed, dossier.learning) if dossier.learning else ()


def overall(findings: tuple[Finding, ...], refused: bool = False) -> Outcome:
    """The answer of several checks."""
    barring = {one.outcome for one in findings if one.blocks}
    if refused or "fail" in barring:
        return "fail"
    return "inconclusive" if "inconclusive" in barring or _nothing_held(findings) else "pass"


def _nothing_held(findings: tuple[Finding, ...]) -> bool:
    """Whether there are required checks, and none of them applies: then nothing was shown."""
    required = [one for one in findings if one.required]
    return bool(required) and all(one.outcome == "not applicable" for one in required)


def apart_from_approvals(decision: Decision) -> Outcome:
    """What the gate says to who is asked for an approval: the answer of all checks but that on approvals."""
    return overall(tuple(one for one in decision.findings if one.check != APPROVALS), bool(decision.refused))


def _found(name: str, policy: Policy, dossier: Dossier, at: date) -> Finding:
    check = getattr(policy.checks, name)
    if name == "age":
        return finding(name, check, people.age(check, dossier, at))
    if name == APPROVALS:
        return finding(name, check, people.approvals(check, dossier, policy.digest))
    if (line := inapplicable(name, dossier)) is not None:
        return finding(name, check, [line])
    return finding(name, check, _READS[name](check, dossier))


def _sentence(outcome: Outcome, findings: tuple[Finding, ...], dossier: Dossier) -> str:
    left = [one.check for one in findings if one.outcome == "not applicable"]
    apart = f" Not applicable: {', '.join(left)}." if left else ""
    return f"{_answer(outcome, findings, dossier)}{apart}"


def _answer(outcome: Outcome, findings: tuple[Finding, ...], dossier: Dossier) -> str:
    required = sum(one.required and one.outcome != "not applicable" for one in findings)
    if outcome == "pass":
        return f"Nothing stands against it: none of {required} required checks fails or is left open."
    if dossier.refused:
        files = ", ".join(sorted(dossier.refused))
        return f"It may not pass: {files} cannot be taken as evidence."
    if _nothing_held(findings):
        return "It cannot pass: none of the required checks applies to what it learned from."
    held_up = [one.check for one in findings if one.blocks and one.outcome == outcome]
    said = "fails" if outcome == "fail" else "cannot be told"
    verb = said if len(held_up) == 1 else said.replace("fails", "fail")
    lead = "It may not pass" if outcome == "fail" else "It cannot pass yet"
    return f"{lead}: {len(held_up)} of {required} required checks {verb} ({', '.join(held_up)})."
