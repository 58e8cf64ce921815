"""A text and its label: one user message, answered by the label."""

from collections.abc import Mapping
from typing import Any

from finewright.base.records import Message
from finewright.data.shapes.field import Content, ReadContent, filled


def labelled(columns: Mapping[str, str]) -> ReadContent:
    """Reads the columns of the roles `input` and `answer`. White space around a text or label is not part of it."""

    def read(values: Mapping[str, Any]) -> Content:
        text = filled(values, columns["input"], "text").strip()
        return (Message("user", text),), filled(values, columns["answer"], "label").strip()

    return read
