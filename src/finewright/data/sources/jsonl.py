"""JSON lines: one JSON object a line. Knows nothing of what keys mean."""

from pathlib import Path

from finewright.base.recipe import Data
from finewright.base.records import Refusal
from finewright.data.sources.row import Row, Rows
from finewright.data.sources.strict_json import DECODER, FAULTS, kind_of, said
from finewright.data.text import opened


def rows(path: Path, settings: Data) -> Rows:
    """A row a line; blank lines are passed over. Raises DataError where the file is not in its encoding."""
    with opened(path, settings.encoding) as stream:
        for number, line in enumerate(stream, 1):
            if text := line.strip():
                yield _row(path.name, number, text)


def _row(source: str, number: int, text: str) -> Row | Refusal:
    try:
        value = DECODER.decode(text)
    except FAULTS as fault:
        return Refusal(source, number, f"the line {said(fault)}", "write one whole JSON object on each line")
    if isinstance(value, dict):
        return Row(number, value)
    remedy = "write one JSON object on each line, or set `data.type: json` for a file that is one array"
    return Refusal(source, number, f"the line is {kind_of(value)}, not an object", remedy)
