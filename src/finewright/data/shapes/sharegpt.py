"""ShareGPT: a list of turns with `from` and `value`, under whatever names the speakers go there.

A turn from `function_call` holds calls as JSON; what the function answers comes from `observation` or `tool`.
"""

from collections.abc import Mapping
from typing import Any

from finewright.base.errors import DataError
from finewright.base.records import Message, Role
from finewright.data.shapes.calls import calls_in
from finewright.data.shapes.conversation import conversation, spoken, turns_of, weight_of
from finewright.data.shapes.field import Content, ReadContent

_CALL = "function_call"
_SPEAKERS: Mapping[str, Role] = {
    "system": "system",
    "human": "user",
    "user": "user",
    "gpt": "assistant",
    "assistant": "assistant",
    _CALL: "assistant",
    "tool": "tool",
    "observation": "tool",
}


def sharegpt(columns: Mapping[str, str]) -> ReadContent:
    """Reads the list in the column of the role `input`, and the columns of `system` and `tools` where there are any."""

    def read(values: Mapping[str, Any]) -> Content:
        turns = turns_of(values, columns["input"])
        return conversation(values, columns, [message(turn, f"message {at}") for at, turn in enumerate(turns, 1)])

    return read


def message(turn: Any, where: str) -> Message:
    """One turn, `where` being what faults call it. Raises DataError where it cannot be kept whole."""
    speaker = turn.get("from") if isinstance(turn, Mapping) else None
    if speaker is None:
        raise DataError(f"{where} has no 'from'", remedy='write {"from": ..., "value": ...}')
    role = _SPEAKERS.get(speaker) if isinstance(speaker, str) else None
    if role is None:
        known = "system, human, gpt, function_call and observation"
        raise DataError(f"{where} is from '{speaker}'", remedy=f"use {known}")
    value = turn.get("value")
    if not isinstance(value, str):
        raise DataError(f"{where} has no text under 'value'", remedy="give its text")
    called = calls_in(value, where) if speaker == _CALL else ()
    content = "" if called else spoken(role, value, called, where)
    return Message(role, content, called, weight=weight_of(turn, role, where))
