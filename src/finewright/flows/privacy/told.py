"""What the data card says of a data set version: counts by kind, masked samples, refusals, and whether rows add up."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from finewright.base.recipe_privacy import Privacy
from finewright.privacy.admission.quarantine import Quarantined
from finewright.privacy.edition import EDITION
from finewright.privacy.mask import masked
from finewright.privacy.scrubber import Found

_SAMPLES = 3
OFF = {"enabled": False, "said": "The data went in as they were: nothing was searched for (`privacy.enabled: false`)."}


@dataclass
class Tally:
    """What was found in the kept rows so far, by kind."""

    identifiers: Counter[str] = field(default_factory=Counter)
    rows: Counter[str] = field(default_factory=Counter)
    samples: dict[str, dict[str, None]] = field(default_factory=dict)

    def add(self, found: Iterable[Found]) -> None:
        """Count the findings of one row."""
        kinds = Counter(one.kind for one in found)
        self.identifiers.update(kinds)
        self.rows.update(dict.fromkeys(kinds, 1))
        for one in found:
            shown = self.samples.setdefault(one.kind, {})
            if len(shown) < _SAMPLES:
                shown[masked(one.surface)] = None


def card_of(
    privacy: Privacy,
    tally: Tally,
    rows: Mapping[str, tuple[int, int]],
    changed: int,
    refused: Sequence[Quarantined],
    version: str,
    day: str | None,
) -> dict[str, Any]:
    """The section `privacy` of the data card. `rows` are, by part, rows in and rows kept; `day` that on which
    embargoes were judged, where there are such."""
    kinds = sorted(tally.identifiers)
    went_in, kept = (sum(pair[at] for pair in rows.values()) for at in (0, 1))
    return {
        "enabled": True,
        "edition": EDITION,
        "version": version,
        "rows": {"in": went_in, "kept": kept, "quarantined": len(refused), "changed": changed},
        "parts": {part: {"in": of[0], "kept": of[1], "quarantined": of[0] - of[1]} for part, of in rows.items()},
        "found": [
            {
                "kind": kind,
                "mode": privacy.mode(kind),
                "identifiers": tally.identifiers[kind],
                "rows": tally.rows[kind],
                "samples": list(tally.samples[kind]),
            }
            for kind in kinds
        ],
        "refused": [_refusal(row) for row in refused],
        "sets": list(privacy.policy.sets),
        **({"judged_on": day} if day else {}),
    }


def _refusal(row: Quarantined) -> dict[str, Any]:
    first = row.reasons[0]
    return {
        "part": row.part,
        "source": row.record.source,
        "line": row.record.line,
        "rules": [reason.rule for reason in row.reasons],
        "because": first.because,
        "belongs": "nowhere" if any(reason.belongs == "nowhere" for reason in row.reasons) else "corpus",
    }
