"""A draft and the form of it that was approved: the approved one is preferred to the draft.

A draft that was approved as it stood shows no preference. It is refused with a reason of its own, to be counted like
every other row that is left out.
"""

from collections.abc import Mapping

from finewright.data.shapes.field import ReadJudged
from finewright.data.shapes.pairs import pairs

_UNCHANGED = "the draft was approved without a change, which shows no preference", "remove the row"


def edits(columns: Mapping[str, str]) -> ReadJudged:
    """Reads the columns of the roles `input`, `rejected` (the draft) and `answer` (its approved form)."""
    return pairs(columns, "approved answer", "draft", _UNCHANGED)
