"""Alpaca: an instruction, an input that may be empty, and the output; some rows have a system message besides."""

from collections.abc import Mapping
from typing import Any

from finewright.base.errors import DataError
from finewright.base.records import Message
from finewright.data.shapes.field import Content, ReadContent, checked, filled, text_of


def alpaca(columns: Mapping[str, str]) -> ReadContent:
    """Reads the columns of the roles `instruction` and `answer`, and of `input` and `system` where there are any.

    An input stands a blank line below its instruction, in one user message. Earlier turns (`history`) are refused:
    left out silently, they would change the task.
    """

    def read(values: Mapping[str, Any]) -> Content:
        if values.get("history"):
            raise DataError("the row has a 'history', which is not supported", remedy="write its turns as a chat")
        question = filled(values, columns["instruction"], "instruction")
        if text := _optional(values, columns, "input"):
            question = f"{question}\n\n{text}"
        system = _optional(values, columns, "system")
        opening = (Message("system", system),) if system else ()
        return (*opening, Message("user", question)), filled(values, columns["answer"], "output").strip()

    return read


def _optional(values: Mapping[str, Any], columns: Mapping[str, str], role: str) -> str:
    text = text_of(values.get(columns[role])) if role in columns else ""
    return checked(text, role) if text.strip() else ""
