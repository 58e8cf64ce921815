"""What one attack on an adapter found, as a file that names the adapter and can be told from an edited one.

    audit/canaries.json      one file a kind of attack
    {"format": 1, "kind": ..., "adapter": ..., "figures": {...}, ..., "digest": ...}

`digest` is that of all the rest. The gate reads these files and nothing else. Knows no attack and no model.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from finewright.base.errors import Place, StorageError
from finewright.base.files import digest_json, read_json, write_json
from finewright.base.results import Figure

_FORMAT = 1


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
        return digest_json(asdict(self))


_READER = TypeAdapter(Report)


def write_report(path: Path, report: Report) -> None:
    """Write the file, whole or not at all."""
    write_json(path, {"format": _FORMAT, **asdict(report), "digest": report.digest})


def read_report(path: Path) -> Report:
    """Read it back. Raises StorageError where it is absent, damaged, of another format, or was edited since."""
    stored = read_json(path)
    if not isinstance(stored, dict) or stored.pop("format", None) != _FORMAT:
        raise _unreadable(path, "is no audit report of this format")
    told = stored.pop("digest", None)
    try:
        report = _READER.validate_python(stored)
    except ValidationError as fault:
        raise _unreadable(path, "is no audit report of this format") from fault
    if digest_json(stored) != told or report.digest != told:
        raise _unreadable(path, "was changed after it was written: its digest is another")
    return report


def _unreadable(path: Path, what: str) -> StorageError:
    return StorageError(what, place=Place(path), remedy="remove it and run `finewright audit` again")
