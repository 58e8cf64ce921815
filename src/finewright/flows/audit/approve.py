"""`approve`: a person's name put to an adapter, bound by digests to what they saw. Reads files alone."""

from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path

from finewright.audit.approval import Approval, void, write_approval
from finewright.audit.checks.people import valid
from finewright.audit.gate import apart_from_approvals
from finewright.base.errors import InputError, Place
from finewright.base.names import same_name
from finewright.flows.audit.evidence import mended_by
from finewright.flows.audit.gate import Gated, gate, judged
from finewright.flows.folder import alone
from finewright.flows.trainers import require_name, require_readable


@dataclass(frozen=True, slots=True)
class Approved:
    """An approval, its file, and what the gate says with it."""

    approval: Approval
    path: Path
    gated: Gated


def approve(path: Path, name: str, *, note: str = "", policy: str | None = None, at: date | None = None) -> Approved:
    """Put a name to the product at `path`, then ask the gate anew.

    Raises InputError, before anything is written, where the name is empty, trained it or has approved it already,
    where evidence is missing or refused, or where a required check other than that on approvals fails.
    """
    require_name(name)
    require_readable("note", note, "write it in plain text")
    seen = judged(path, policy=policy, at=at)
    approval = _approval(" ".join(name.split()), note.strip(), seen)
    _check(approval, seen)
    with alone(seen.audited.folder):
        file = _free(seen.path.parent / "approvals")
        write_approval(file, approval)
    return Approved(approval, file, gate(path, policy=policy, at=at))


def _approval(name: str, note: str, seen: Gated) -> Approval:
    return Approval(
        name=name,
        adapter=seen.dossier.adapter,
        evidence=seen.dossier.evidence,
        policy=seen.policy.policy.digest,
        outcome=apart_from_approvals(seen.decision),
        at=seen.decision.at,
        note=note,
    )


def _check(approval: Approval, seen: Gated) -> None:
    place = Place(seen.audited.folder.root)
    given, policy = seen.dossier, seen.policy.policy.digest
    if why := void(approval, given.adapter, given.evidence, policy, given.trainers):
        remedy = "let somebody approve it who had no part in training it"
        raise InputError(f"{approval.name} cannot approve this run: {why}", place=place, remedy=remedy)
    if any(same_name(approval.name, one.name) for one in valid(given, policy)):
        raise InputError(f"{approval.name} has approved this already", place=place, remedy="let somebody else approve")
    if approval.outcome == "fail":
        raise InputError(f"cannot be approved: {_reasons(seen)}", place=place, remedy=_remedy(seen))


def _reasons(seen: Gated) -> str:
    if seen.decision.refused:
        return "; ".join(f"{file} {why}" for file, why in seen.decision.refused.items())
    failed = [one.check for one in seen.decision.findings if one.blocks and one.outcome == "fail"]
    return f"the gate fails on {', '.join(name for name in failed if name != 'approvals')}"


def _remedy(seen: Gated) -> str:
    refused = [mended_by(file) for file in seen.decision.refused]
    return refused[0] if refused else "mend what fails, or see `finewright gate`"


def _free(folder: Path) -> Path:
    """The file of the next number; none is ever used again while its file is there."""
    return next(path for number in count(1) if not (path := folder / f"{number}.json").exists())
