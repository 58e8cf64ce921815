"""What is told of a scrubbed file: counts by kind, masked samples, quarantine with reasons, whether rows add up."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from finewright.base.errors import FinewrightError, Place
from finewright.base.recipe_privacy import Privacy
from finewright.flows.privacy.ledger import Entry
from finewright.flows.privacy.told import Tally
from finewright.privacy.edition import EDITION

_SAMPLES = 3


@dataclass
class Totals:
    """The sum of all pieces."""

    rows: int = 0
    kept: int = 0
    changed: int = 0
    quarantined: int = 0
    tally: Tally = field(default_factory=Tally)
    refused: dict[str, tuple[int, str, str]] = field(default_factory=dict)
    columns: set[str] = field(default_factory=set)

    def add(self, entry: Entry) -> None:
        """Add a piece."""
        self.rows += entry.rows
        self.kept += entry.kept
        self.changed += entry.changed
        self.quarantined += entry.quarantined
        for rule, (count, because, belongs) in entry.refused.items():
            self.refused[rule] = (self.refused.get(rule, (0,))[0] + count, because, belongs)
        self.columns |= set(entry.columns)
        for kind, (identifiers, rows, samples) in entry.found.items():
            self.tally.identifiers[kind] += identifiers
            self.tally.rows[kind] += rows
            shown = self.tally.samples.setdefault(kind, {})
            for one in samples:
                if len(shown) < _SAMPLES:
                    shown[one] = None

    def check(self, source: Path) -> None:
        """Raise FinewrightError unless rows in are rows kept and rows in quarantine."""
        if self.rows != self.kept + self.quarantined:
            raise FinewrightError(
                f"{self.rows:,} rows went in, but {self.kept:,} are kept and {self.quarantined:,} in quarantine",
                place=Place(source),
                remedy="nothing was written; please report it",
            )

    def card(self, privacy: Privacy) -> dict[str, Any]:
        """What a report says, in the form of a run's data card."""
        return {
            "enabled": True,
            "edition": EDITION,
            "rows": {"in": self.rows, "kept": self.kept, "quarantined": self.quarantined, "changed": self.changed},
            "found": [
                {
                    "kind": kind,
                    "mode": privacy.mode(kind),
                    "identifiers": self.tally.identifiers[kind],
                    "rows": self.tally.rows[kind],
                    "samples": list(self.tally.samples[kind]),
                }
                for kind in sorted(self.tally.identifiers)
            ],
            "refused": [
                {"rule": rule, "rows": count, "because": because, "belongs": belongs}
                for rule, (count, because, belongs) in sorted(self.refused.items())
            ],
        }
