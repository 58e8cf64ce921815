"""What a conversation must be whatever format it came in, and which of its turns is the answer. Knows no formats.

The answer is the last assistant turn whose weight is not 0. What follows it is left off: nothing of that is learned,
and a later turn cannot change what is learned of an earlier one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby, pairwise
from typing import Any

from finewright.base.errors import DataError
from finewright.base.records import Message
from finewright.data.shapes.calls import offered
from finewright.data.shapes.field import Content, checked, text_of

_WEIGHTS = ("weight", "train", "loss")


def turns_of(values: Mapping[str, Any], column: str) -> Sequence[Any]:
    """The list of turns in a column. Raises DataError where there is none."""
    turns = values.get(column)
    if not isinstance(turns, Sequence) or isinstance(turns, str) or not turns:
        raise DataError(f"'{column}' is not a list of messages", remedy="write role and content of each")
    return turns


def conversation(values: Mapping[str, Any], columns: Mapping[str, str], messages: Sequence[Message]) -> Content:
    """The turns of a row up to its answer, and the answer, with what the row's own columns say of system and tools.

    Raises DataError where they are no conversation, or nothing of it is to be learned.
    """
    turns = _in_order_of_calls(_with_system(messages, values, columns.get("system")))
    _check_order(turns)
    last = max((place for place, one in enumerate(turns) if one.role == "assistant" and one.weight != 0), default=None)
    if last is None:
        raise DataError(
            "every assistant message has weight 0, so there is nothing to learn",
            remedy="give one the weight 1, or remove the row",
        )
    if not any(message.role == "user" for message in turns[:last]):
        raise DataError("no user speaks before the last message that is learned", remedy="remove the row")
    column = columns.get("tools")
    past = _with_tools(turns[:last], offered(values.get(column), column) if column else None)
    content = turns[last].content.strip()
    return past, replace(turns[last], content=content, weight=None) if turns[last].calls else content


def weight_of(turn: Mapping[str, Any], role: str, where: str) -> int | None:
    """A turn's own word on whether it is learned: `weight` 0 or 1, or `train` or `loss`. Raises DataError."""
    said = {key: turn[key] for key in _WEIGHTS if turn.get(key) is not None}
    if not said:
        return None
    key, value = next(iter(said.items()))
    if not isinstance(value, bool | int | float) or value not in (0, 1):
        raise DataError(f"the {key} of {where} is neither 0 nor 1", remedy="write 1 to learn it, or 0")
    if len(set(said.values())) > 1:
        raise DataError(f"{where} has {' and '.join(said)} that contradict", remedy="keep one of them")
    if role == "assistant":
        return int(value)
    if value:
        raise DataError(f"{where} is by '{role}' and has {key} 1", remedy="remove it: assistants alone are learned")
    return None


def spoken(role: str, content: str, calls: Sequence[Any], where: str) -> str:
    """A turn's content. Raises DataError where it is blank though nothing else is said, or no text."""
    blank = not content.strip() and (calls or role == "tool")
    return content.strip() if blank else checked(content, f"content of {where}")


def _with_system(messages: Sequence[Message], values: Mapping[str, Any], column: str | None) -> list[Message]:
    system = text_of(values.get(column)) if column else ""
    if not system.strip():
        return list(messages)
    if any(message.role == "system" for message in messages):
        raise DataError(f"the row has a system message and '{column}'", remedy="keep one of them")
    return [Message("system", checked(system, "system message")), *messages]


def _with_tools(turns: Sequence[Message], tools: str | None) -> tuple[Message, ...]:
    """The schemas stand with the first turn that is no system message, which prompts replace by their own."""
    first = next(place for place, message in enumerate(turns) if message.role != "system")
    return tuple(replace(one, tools=tools) if place == first else one for place, one in enumerate(turns))


def _in_order_of_calls(turns: Sequence[Message]) -> list[Message]:
    """Results in the order of the calls that they name, as most templates write no ids to tell them apart by."""
    ordered: list[Message] = []
    for by_tool, run in groupby(turns, key=lambda message: message.role == "tool"):
        results = list(run)
        called = [call.id for call in ordered[-1].calls] if by_tool and ordered else []
        if called and None not in called and all(one.call_id for one in results):
            unknown = next((one.call_id for one in results if one.call_id not in called), None)
            if unknown:
                what = f"a tool message answers the call '{unknown}', which the turn before it did not make"
                raise DataError(what, remedy="correct its 'tool_call_id'")
            results.sort(key=lambda one: called.index(one.call_id))
        ordered += results
    return ordered


def _check_order(messages: Sequence[Message]) -> None:
    roles = [message.role for message in messages]
    if roles[-1] != "assistant":
        raise DataError(f"the last message is by '{roles[-1]}'", remedy="end each row with the assistant's answer")
    if "user" not in roles:
        raise DataError("there is no message by 'user'", remedy="give the question that the answer is to")
    if "system" in roles[1:]:
        raise DataError("a system message is not the first", remedy="put it first")
    if any(after == "tool" and before not in ("assistant", "tool") for before, after in pairwise(["", *roles])):
        raise DataError("a message by 'tool' follows none by 'assistant'", remedy="put it behind the call it answers")
