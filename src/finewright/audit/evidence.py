"""The list of evidence: what an audit left, by digest, and why it left no more. It tells a report that was taken away.

audit/evidence.json
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter

from finewright.audit.stamped import read_stamped, write_stamped


@dataclass(frozen=True, slots=True)
class EvidenceList:
    """What an audit left.

    adapter, run   digests of what was attacked and of the run that made it
    results        digest of the run's results as they were then; None where there were none
    policy         digest of the policy that stood when the first of these attacks was made; None where none was named
    reports        by kind the digest of its report
    missing        by kind why there is none
    """

    adapter: str
    run: str
    results: str | None
    policy: str | None
    reports: Mapping[str, str] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)


_READER = TypeAdapter(EvidenceList)


def write_evidence(path: Path, evidence: EvidenceList) -> None:
    """Write the file, whole or not at all."""
    write_stamped(path, evidence)


def read_evidence(path: Path) -> EvidenceList:
    """Read it back. Raises StorageError where it is absent, damaged, of another format, or was edited since."""
    return read_stamped(path, _READER, "list of evidence", "run `finewright audit` again")
