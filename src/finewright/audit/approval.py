"""An approval: who let an adapter pass, bound by digests to the adapter, the evidence and the policy they saw.

A plain file with a digest, as long as there are no keys to sign with. Void as soon as any of what it is bound to is
another. Knows no folder and no gate.
"""

from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from finewright.audit.stamped import read_stamped, write_stamped
from finewright.base.names import same_name


@dataclass(frozen=True, slots=True)
class Approval:
    """What a person put their name to.

    adapter, evidence, policy   digests of what was approved, of all evidence on it, and of the policy it was held to
    outcome, at                 what the gate said, approvals aside, and on which day (UTC)
    note                        what they wanted to have said
    """

    name: str
    adapter: str
    evidence: str
    policy: str
    outcome: str
    at: str
    note: str = ""


_READER = TypeAdapter(Approval)


def write_approval(path: Path, approval: Approval) -> None:
    """Write the file, whole or not at all."""
    write_stamped(path, approval)


def read_approval(path: Path) -> Approval:
    """Read it back. Raises StorageError where it is damaged, of another format, or was edited since."""
    return read_stamped(path, _READER, "approval", "remove it, and have it approved again")


def void(approval: Approval, adapter: str, evidence: str, policy: str, trainers: tuple[str, ...]) -> str:
    """Why an approval no longer counts; empty where it does."""
    if any(same_name(approval.name, one) for one in trainers):
        return "who trained it may not approve it"
    if approval.adapter != adapter:
        return "it was given to another adapter"
    if approval.evidence != evidence:
        return "the evidence has changed since"
    return "the policy has changed since" if approval.policy != policy else ""
