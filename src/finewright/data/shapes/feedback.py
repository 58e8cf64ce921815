"""An answer and the thumb that it got: one side of a preference, without the other."""

from collections.abc import Mapping
from typing import Any

from finewright.base.errors import DataError
from finewright.data.shapes.field import Judged, ReadJudged, clipped, filled
from finewright.data.shapes.judged import answered
from finewright.data.shapes.thumb import thumb


def feedback(columns: Mapping[str, str]) -> ReadJudged:
    """Reads the columns of the roles `thumb`, `input` and `answer`, and of `system` and `tools` where there are any.

    Without an `answer`, `input` is a whole conversation, and its last turn the answer.
    """
    role = "answer" if "answer" in columns else "input"

    def read(values: Mapping[str, Any]) -> Judged:
        said = filled(values, columns["thumb"], "thumb").strip()
        desirable = thumb(values[columns["thumb"]])
        if desirable is None:
            remedy = "write true or false, 1 or 0, or up or down, or remove the row"
            raise DataError(f"the thumb '{clipped(said)}' is neither up nor down", remedy=remedy)
        messages, answer = answered(values, columns, role, "answer")
        return Judged(messages, answer, desirable=desirable)

    return read
