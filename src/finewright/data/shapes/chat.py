"""OpenAI chat: a list of messages, and the schemas of the tools in a column of their own.

What cannot be kept, such as images and reasoning, is refused with its reason: left out silently, it would change the
task.
"""

from collections.abc import Mapping
from typing import Any, cast, get_args

from finewright.base.errors import DataError
from finewright.base.records import Message, Role
from finewright.data.shapes.calls import calls
from finewright.data.shapes.conversation import conversation, spoken, turns_of, weight_of
from finewright.data.shapes.field import Content, ReadContent

_ROLES: tuple[str, ...] = get_args(Role)
_UNSUPPORTED = ("function_call", "audio", "refusal", "reasoning_content", "reasoning", "thinking")


def chat(columns: Mapping[str, str]) -> ReadContent:
    """Reads the list in the column of the role `input`, and the columns of `system` and `tools` where there are any."""

    def read(values: Mapping[str, Any]) -> Content:
        turns = turns_of(values, columns["input"])
        return conversation(values, columns, [message(turn, f"message {at}") for at, turn in enumerate(turns, 1)])

    return read


def message(turn: Any, where: str) -> Message:
    """One turn, `where` being what faults call it. Raises DataError where it cannot be kept whole."""
    role, content = _role(turn, where), turn.get("content")
    unsupported = next((key for key in _UNSUPPORTED if turn.get(key)), None)
    if unsupported:
        raise DataError(f"{where} has '{unsupported}', which is not supported", remedy=_remedy(unsupported))
    if content is not None and not isinstance(content, str):
        raise DataError(f"the content of {where} is not text", remedy="give text alone")
    called = calls(turn["tool_calls"], where) if turn.get("tool_calls") else ()
    if called and role != "assistant":
        raise DataError(f"{where} is by '{role}' and has 'tool_calls'", remedy="leave calls to the assistant")
    by_tool = role == "tool"
    return Message(
        role,
        spoken(role, content or "", called, where),
        called,
        name=turn.get("name") if by_tool else None,
        call_id=turn.get("tool_call_id") if by_tool else None,
        weight=weight_of(turn, role, where),
    )


def _role(turn: Any, where: str) -> Role:
    if not isinstance(turn, Mapping) or "role" not in turn:
        raise DataError(f"{where} has no role", remedy='write {"role": ..., "content": ...}')
    if turn["role"] not in _ROLES:
        raise DataError(f"{where} has the role '{turn['role']}'", remedy="use system, user, assistant and tool")
    return cast(Role, turn["role"])


def _remedy(key: str) -> str:
    return "write it as 'tool_calls'" if key == "function_call" else "remove it from the message, or remove the row"
