"""The two halves of presidio-research's synthetic set: one to choose settings on, one untouched until the end.

Split by template, so that no wording of the final half was seen in the development half.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from finewright.base.order import shuffled

Row = Mapping[str, Any]


def halves(rows: Iterable[Row]) -> tuple[list[Row], list[Row]]:
    """The rows of one half of the templates and of the other, in the order given: (development, final)."""
    kept = list(rows)
    templates = shuffled({str(row["template_id"]) for row in kept}, str, 0, "presidio-research")
    development = frozenset(templates[: len(templates) // 2])
    first = [row for row in kept if str(row["template_id"]) in development]
    return first, [row for row in kept if str(row["template_id"]) not in development]
