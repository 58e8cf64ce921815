"""Checks on when and by whom: the age of the evidence, and who approved it."""

from datetime import date, datetime

from finewright.audit.approval import Approval, void
from finewright.audit.checks.finding import missing
from finewright.audit.checks.line import Line
from finewright.audit.dossier import Dossier
from finewright.audit.policy import Age, Approvals
from finewright.base.names import reading


def age(check: Age, dossier: Dossier, at: date) -> list[Line]:
    """Days from the oldest report to the day that is asked about; one made later than that is no evidence on it."""
    if not dossier.reports:
        return [missing("age", "any report whose age could be told")]
    days = {kind: (at - made_on(report.made)).days for kind, report in dossier.reports.items()}
    oldest = max(sorted(days), key=lambda kind: days[kind])
    youngest = min(sorted(days), key=lambda kind: days[kind])
    allowed = f"at most {_days(check.days)}"
    if days[youngest] < 0:
        said = f"The report audit/{youngest}.json was made after {at.isoformat()}, the day that is asked about."
        return [Line("age", "fail", said, bound=allowed)]
    said = (
        f"The oldest report, audit/{oldest}.json, is {_days(days[oldest])} old on {at.isoformat()}; {allowed} allowed."
    )
    return [Line("age", "pass" if days[oldest] <= check.days else "fail", said, bound=allowed)]


def approvals(check: Approvals, dossier: Dossier, policy: str) -> list[Line]:
    """How many people stand by this adapter, this evidence and this policy."""
    standing = names(dossier, policy)
    wanted = f"at least {check.least}"
    voided = len(dossier.approvals) - len(valid(dossier, policy))
    besides = f" Void besides: {voided}." if voided else ""
    said = f"Approved by {', '.join(standing) or 'nobody'}; {wanted} wanted, not counting who trained it.{besides}"
    return [Line("approvals", "pass" if len(standing) >= check.least else "fail", said, bound=wanted)]


def names(dossier: Dossier, policy: str) -> tuple[str, ...]:
    """Who stands by it, each person once, as they first wrote their name."""
    people = {reading(one.name): one.name for one in reversed(valid(dossier, policy))}
    return tuple(people[key] for key in sorted(people))


def valid(dossier: Dossier, policy: str) -> list[Approval]:
    """The approvals that count, in the order of their files."""
    return [one for _, one in sorted(dossier.approvals.items()) if not voided_by(one, dossier, policy)]


def voided_by(approval: Approval, dossier: Dossier, policy: str) -> str:
    """Why an approval does not count here; empty where it does."""
    return void(approval, dossier.adapter, dossier.evidence, policy, dossier.trainers)


def made_on(made: str) -> date:
    """The day of a time in ISO 8601, UTC."""
    return datetime.fromisoformat(made).date()


def _days(number: int) -> str:
    return f"{number:,} day{'' if number == 1 else 's'}"
