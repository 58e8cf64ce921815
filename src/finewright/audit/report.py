"""What one attack on an adapter found, as a file that names the adapter and can be told from an edited one.

    audit/canaries.json      one file a kind of attack
    {"format": 1, "kind": ..., "adapter": ..., "figures": {...}, ..., "digest": ...}

`digest` is that of all the rest. The gate reads these files and nothing else. Knows no attack and no model.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from finewright.audit.stamped import digest_of, read_stamped, write_stamped
from finewright.base.results import Figure


@dataclass(frozen=True, slots=True)
class Report:
    """One attack's findings.

    kind                  the attack: canaries, membership, extraction, outputs, redteam
    adapter, base, run    digests of what was attacked, of the base it belongs to and of the run that made it
    made                  when, UTC, ISO 8601 to the second
    asked                 all that decides the findings besides: settings, probe pack, versions
    figures               by name what the gate compares with a policy; each with its interval and its rows
    details               tables and samples for people, as plain JSON; nothing personal in clear
    notes                 sentences that must be read beside the figures: limits, what could not be attacked, why
    """

    kind: str
    adapter: str
    base: str
    run: str
    made: str
    asked: Mapping[str, Any]
    figures: Mapping[str, Figure]
    details: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """Digest of everything in it, which its file carries and a gate names."""
        return digest_of(self)


_READER = TypeAdapter(Report)


def write_report(path: Path, report: Report) -> None:
    """Write the file, whole or not at all."""
    write_stamped(path, report)


def read_report(path: Path) -> Report:
    """Read it back. Raises StorageError where it is absent, damaged, of another format, or was edited since."""
    return read_stamped(path, _READER, "audit report", "remove it and run `finewright audit` again")
