"""A scrubbed file as a page: counts by kind, masked samples, quarantine, and what people found in a sample.

Knows the report alone, which stands in the page as well, so that a review can be added to it.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup

from finewright.base.errors import InputError, Place
from finewright.flows.report.page import environment
from finewright.flows.report.privacy import privacy_section
from finewright.flows.report.sampled import sampled_section
from finewright.flows.report.wording import count

_BEGIN, _END = '<script type="application/json" id="report">', "</script>"


def page(card: Mapping[str, Any]) -> str:
    """The page's HTML."""
    where = {"corpus": "the retrieval corpus", "nowhere": "nowhere"}
    refused = [{**row, "rows": count(row["rows"]), "belongs": where[row["belongs"]]} for row in card["refused"]]
    kinds = privacy_section({**card, "refused": [], "version": ""}, None)
    assert kinds is not None
    content = json.dumps(card, sort_keys=True).replace("<", "\\u003c")
    return (
        environment()
        .get_template("scrubbed.html.j2")
        .render(
            card=card,
            rows={name: count(value) for name, value in card["rows"].items()},
            kinds=kinds["kinds"],
            refused=refused,
            sampled=sampled_section(card["review"]) if "review" in card else None,
            report=Markup(_BEGIN + content + _END),
        )
    )


def card_in(path: Path) -> dict[str, Any]:
    """The report that a page or a JSON file holds. Raises InputError where it holds none."""
    try:
        text = path.read_text(encoding="utf-8")
        if path.suffix.casefold() == ".html":
            text = text.split(_BEGIN, 1)[1].split(_END, 1)[0]
        found = json.loads(text)
        return dict(found) if found["rows"] and "found" in found else found["no report"]
    except (OSError, ValueError, LookupError, TypeError) as fault:
        remedy = "name the .json or .html file that `finewright scrub --report` wrote"
        raise InputError("holds no report of a scrubbed file", place=Place(path), remedy=remedy) from fault
