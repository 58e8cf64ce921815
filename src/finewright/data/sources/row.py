"""What every source yields. Knows nothing of what a column means."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from finewright.base.records import Refusal


class Row(NamedTuple):
    """One row as the file has it: the 1-based line it starts on (in Parquet: its row number) and values by column.

    `source` names the file where several are read as one, as in a folder of texts.
    """

    line: int
    values: Mapping[str, Any]
    source: str = ""


Rows = Iterator[Row | Refusal]
"""A stream: a row that cannot be read comes as a refusal, in its place, and the rows after it still come."""
