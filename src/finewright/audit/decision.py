"""A gate's decision, as a file that names all it rests on and can be told from an edited one.

audit/gate.json
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from finewright.audit.checks.finding import Finding
from finewright.audit.checks.line import Outcome
from finewright.audit.stamped import digest_of, read_stamped, write_stamped


@dataclass(frozen=True, slots=True)
class Decision:
    """What a gate says.

    at                    the day it stands for, UTC
    policy, policy_digest name and digest of what it was held to
    planned               whether that policy stood before the attacks were made; None where that is not on record
    adapter, base, run    digests of what was judged, of its base and of its run
    evidence, refused     by file the digest of what was read, and why a file is no evidence
    approved_by, void     who stands by it, and by file why an approval does not count
    defences              what makes a model keep less of its rows, where an attack on its memory succeeded
    """

    outcome: Outcome
    sentence: str
    at: str
    policy: str
    policy_digest: str
    planned: bool | None
    adapter: str
    base: str
    run: str
    evidence: Mapping[str, str]
    refused: Mapping[str, str]
    findings: tuple[Finding, ...]
    approved_by: tuple[str, ...]
    void: Mapping[str, str]
    defences: tuple[str, ...]

    @property
    def digest(self) -> str:
        """Digest of everything in it, which its file carries."""
        return digest_of(self)


_READER = TypeAdapter(Decision)


def write_decision(path: Path, decision: Decision) -> None:
    """Write the file, whole or not at all."""
    write_stamped(path, decision)


def read_decision(path: Path) -> Decision:
    """Read it back. Raises StorageError where it is absent, damaged, of another format, or was edited since."""
    return read_stamped(path, _READER, "decision of a gate", "ask for it again with `finewright gate`")
