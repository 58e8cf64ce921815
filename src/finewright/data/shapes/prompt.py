"""A prompt and its completion: one user message, as it stands, and the answer.

A completion given as a JSON object becomes its canonical JSON text.
"""

from collections.abc import Mapping
from typing import Any

from finewright.base.records import Message
from finewright.data.shapes.field import Content, ReadContent, filled


def prompt(columns: Mapping[str, str]) -> ReadContent:
    """Reads the columns of the roles `input` and `answer`. The prompt's own white space may matter and is kept."""

    def read(values: Mapping[str, Any]) -> Content:
        question = filled(values, columns["input"], "prompt")
        return (Message("user", question),), filled(values, columns["answer"], "answer").strip()

    return read
