"""`gate`: a run's evidence held against a policy, to a decision beside it. Reads files alone; loads no model.

The same files, policy and day give the same decision, byte for byte.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from finewright.audit.decision import Decision, write_decision
from finewright.audit.dossier import Dossier
from finewright.audit.gate import decide
from finewright.audit.policy_file import ReadPolicy, read_policy
from finewright.flows.audit.audited import Audited, open_audited
from finewright.flows.audit.evidence import dossier
from finewright.flows.folder import alone

DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Gated:
    """A decision, its file, and all that it rests on."""

    decision: Decision
    path: Path
    audited: Audited
    policy: ReadPolicy
    dossier: Dossier


def gate(path: Path, *, policy: str | None = None, at: date | None = None) -> Gated:
    """Decide on the product at `path` and write `audit/gate.json`, by the policy of that name or file.

    Without one, by that of the recipe, else by the one that finewright ships; `at` is today where none is given.
    Raises PolicyError where the policy cannot be read, and what `open_audited` raises.
    """
    found = judged(path, policy=policy, at=at)
    with alone(found.audited.folder):
        write_decision(found.path, found.decision)
    return found


def judged(path: Path, *, policy: str | None = None, at: date | None = None) -> Gated:
    """The decision alone, with nothing written."""
    audited = open_audited(path)
    read = read_policy(policy_of(audited) if policy is None else policy)
    given = dossier(audited)
    decision = decide(read.policy, given, at or today())
    return Gated(decision, audited.folder.audit / "gate.json", audited, read, given)


def policy_of(audited: Audited) -> str:
    """The policy that the recipe names, or the shipped default."""
    named = audited.recipe.audit.policy
    return DEFAULT if named is None else str(named)


def today() -> date:
    """The day, UTC."""
    return datetime.now(UTC).date()
