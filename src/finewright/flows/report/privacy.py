"""Personal and confidential data in words: counts, masked samples, quarantine, whether rows add up, raw input."""

from collections.abc import Mapping, Sequence
from typing import Any

from finewright.base.results import RawInput
from finewright.flows.report.data import Listing
from finewright.flows.report.sampled import sampled_section
from finewright.flows.report.wording import count, evidence, interval, percent, point_interval, points

_MOST = 100
_MODES = {"replace": "replaced", "keep": "kept", "quarantine": "row refused"}
_BELONGS = {"corpus": "in the retrieval corpus", "nowhere": "nowhere"}


def privacy_section(
    card: Mapping[str, Any] | None, raw: RawInput | None, sample: Mapping[str, Any] | None = None
) -> dict[str, Any] | None:
    """What the section shows; None where the data card says nothing of it, as those of old runs. `sample` is what
    people found in one."""
    if card is None:
        return None
    if not card["enabled"]:
        off = {"said": card["said"], "off": True, "facts": [], "kinds": [], "refused": None}
        return off | {"raw": None, "replay": None, "sampled": None}
    replay = card.get("replay")
    return {
        "said": _said(card),
        "off": False,
        **_tables(card),
        "sampled": None if sample is None else sampled_section(sample),
        "raw": None if raw is None else _raw(raw),
        "replay": None if replay is None else {"said": _said(replay), **_tables(replay)},
    }


def _tables(card: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "facts": _facts(card),
        "kinds": [_kind(found) for found in card["found"]],
        "refused": _refused(card["refused"]),
    }


def _said(card: Mapping[str, Any]) -> str:
    rows = card["rows"]
    adds = (
        f"{count(rows['in'])} rows went in: {count(rows['kept'])} kept and {count(rows['quarantined'])} in quarantine."
    )
    if not card["found"] and not rows["quarantined"]:
        return f"All rows were searched, and nothing was found in them. {adds}"
    return (
        "What names somebody was replaced by made-up surrogates of the same form before the rows were split, the same "
        f"one wherever it stood; the key that led from one to the other is destroyed. {adds}"
    )


def _facts(card: Mapping[str, Any]) -> list[tuple[str, str]]:
    rows = card["rows"]
    named = {"Rows in": "in", "Rows kept": "kept", "Rows in quarantine": "quarantined", "Rows changed": "changed"}
    facts = [(name, count(rows[key])) for name, key in named.items()] + [("Data set version", card["version"])]
    return [*facts, *([("Embargoes judged on", card["judged_on"])] if "judged_on" in card else [])]


def _kind(found: Mapping[str, Any]) -> dict[str, str]:
    return {
        "kind": found["kind"].replace("_", " "),
        "mode": _MODES[found["mode"]],
        "identifiers": count(found["identifiers"]),
        "rows": count(found["rows"]),
        "samples": ", ".join(found["samples"]),
    }


def _refused(rows: Sequence[Mapping[str, Any]]) -> Listing | None:
    """The refused rows by place: by which rules, why, and where they belong."""
    if not rows:
        return None
    told = [
        (
            f"{row['source']}:{row['line']}",
            f"{', '.join(row['rules'])}: {row['because']} It belongs {_BELONGS[row['belongs']]}.",
        )
        for row in rows[:_MOST]
    ]
    return Listing(f"{count(len(rows))} rows in quarantine, and why", told, len(rows))


def _raw(raw: RawInput) -> dict[str, str]:
    return {
        "scrubbed": f"{percent(raw.scrubbed.value)} {interval(raw.scrubbed)}",
        "raw": f"{percent(raw.raw.value)} {interval(raw.raw)}",
        "difference": f"{points(raw.contrast.difference.value)} {point_interval(raw.contrast.difference)}",
        "evidence": evidence(raw.contrast),
        "sentence": raw.sentence,
    }
