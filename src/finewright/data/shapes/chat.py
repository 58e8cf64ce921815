"""OpenAI chat: a list of messages; the last assistant turn is the answer, the turns before it the conversation.

Tools, images and per-turn weights are refused with their reason: left out silently, they would change the task.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast, get_args

from finewright.base.errors import DataError
from finewright.base.records import Message, Role
from finewright.data.shapes.field import Content, ReadContent, checked

_ROLES: tuple[str, ...] = get_args(Role)
_UNSUPPORTED = ("tool_calls", "function_call", "audio")


def chat(columns: Mapping[str, str]) -> ReadContent:
    """Reads the list in the column of the role `input`."""

    def read(values: Mapping[str, Any]) -> Content:
        turns = values.get(columns["input"])
        if not isinstance(turns, Sequence) or isinstance(turns, str) or not turns:
            raise DataError(f"'{columns['input']}' is not a list of messages", remedy="write role and content of each")
        messages = [_message(turn, number) for number, turn in enumerate(turns, 1)]
        _check_order(messages)
        return tuple(messages[:-1]), messages[-1].content.strip()

    return read


def _message(turn: Any, number: int) -> Message:
    role, content = _role(turn, number), turn.get("content")
    unsupported = next((key for key in _UNSUPPORTED if turn.get(key)), None)
    if unsupported:
        raise DataError(f"message {number} has '{unsupported}', which is not supported", remedy="remove the row")
    if turn.get("weight") == 0:
        raise DataError(f"message {number} has weight 0, which is not supported", remedy="end the row before it")
    if content is not None and not isinstance(content, str):
        raise DataError(f"the content of message {number} is not text", remedy="give text alone")
    return Message(role, checked(content or "", f"content of message {number}"))


def _role(turn: Any, number: int) -> Role:
    if not isinstance(turn, Mapping) or "role" not in turn:
        raise DataError(f"message {number} has no role", remedy='write {"role": ..., "content": ...}')
    if turn["role"] not in _ROLES:
        what = f"message {number} has the role '{turn['role']}'"
        raise DataError(what, remedy="use system, user and assistant; tools are not supported")
    return cast(Role, turn["role"])


def _check_order(messages: Sequence[Message]) -> None:
    roles = [message.role for message in messages]
    if roles[-1] != "assistant":
        raise DataError(f"the last message is by '{roles[-1]}'", remedy="end each row with the assistant's answer")
    if "user" not in roles:
        raise DataError("there is no message by 'user'", remedy="give the question that the answer is to")
    if "system" in roles[1:]:
        raise DataError("a system message is not the first", remedy="put it first")
