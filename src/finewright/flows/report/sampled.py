"""What people found in a sample of scrubbed rows: by kind and in sentences. Knows the estimates and no rows."""

from collections.abc import Mapping
from typing import Any

from finewright.flows.report.wording import DASH, count, percent


def sampled_section(found: Mapping[str, Any]) -> dict[str, Any]:
    """What is shown of a marked sample, in a run's report and in a scrubbed file's; one without kinds shows less."""
    return {
        "by": found.get("by", ""),
        "sentences": found["sentences"],
        "kinds": [_kind(one) for one in found.get("kinds", ())],
    }


def _kind(one: Mapping[str, Any]) -> dict[str, str]:
    return {
        "kind": one["kind"].replace("_", " ") or "no kind told",
        **{name: count(one[name]) for name in ("found", "wrong", "missed")},
        **{name: _share(one[name]) for name in ("recall", "precision")},
    }


def _share(share: Mapping[str, Any] | None) -> str:
    if share is None or share["value"] is None:
        return DASH
    return f"{percent(share['value'])} ({percent(share['low'])} to {percent(share['high'])})"
