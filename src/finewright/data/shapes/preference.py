"""OpenAI preferences: an object with messages and tools as input, and two lists of messages as outputs."""

from collections.abc import Mapping
from typing import Any

from finewright.base.errors import DataError
from finewright.data.shapes.field import Judged, ReadJudged
from finewright.data.shapes.pairs import pairs

_NESTED = ("messages", "tools")


def preference(columns: Mapping[str, str]) -> ReadJudged:
    """Reads the columns of the roles `input`, `answer` (the preferred output) and `rejected` (the other)."""
    column = columns["input"]
    names = {name: f"{column}.{name}" for name in _NESTED}
    read_pair = pairs({**columns, "input": names["messages"], "tools": names["tools"]})

    def read(values: Mapping[str, Any]) -> Judged:
        given = values.get(column)
        if not isinstance(given, Mapping) or not given.get("messages"):
            remedy = 'write {"messages": [...]}, with "tools" beside them where there are any'
            raise DataError(f"'{column}' is not an object with messages", remedy=remedy)
        return read_pair({**values, **{inner: given.get(name) for name, inner in names.items()}})

    return read
