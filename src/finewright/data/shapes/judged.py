"""A prompt and an answer that was judged, in the several ways that rows write them.

The prompt is a text, a list of messages, or a transcript that stops where the assistant is to speak. The answer is a
text or one or more messages behind that prompt, or, as a list of messages or a transcript, the whole conversation
with the answer as its last turn: then the row needs no prompt of its own, and one that it has must be in there.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from finewright.base.errors import DataError
from finewright.base.records import Message, Role
from finewright.data.shapes import chat, sharegpt
from finewright.data.shapes.conversation import conversation, spoken
from finewright.data.shapes.field import Content, filled
from finewright.data.shapes.transcript import transcript

_KEYS = ({"role", "content"}, {"role", "tool_calls"}, {"from", "value"})


def answered(values: Mapping[str, Any], columns: Mapping[str, str], role: str, name: str) -> Content:
    """The conversation that ends with the answer in the column of `role`, which faults call `name`.

    `input` is the role of the prompt, absent where there is none, or itself that of the whole conversation. Raises
    DataError where either cannot be used.
    """
    prompt = _prompt(values, columns["input"]) if role != "input" and "input" in columns else []
    said = _said(values, columns[role], name, alone=not prompt)
    whole = any(message.role in ("user", "system") for message in said)
    if whole:
        _check_held(prompt, said, columns[role])
    if said[-1].role == "assistant" and said[-1].weight == 0:
        raise DataError(f"the {name} has weight 0", remedy="remove the weight, or remove the row")
    return conversation(values, columns, said if whole else [*prompt, *said])


def turn_of(answer: str | Message) -> Message:
    """An answer as the turn that it is."""
    return answer if isinstance(answer, Message) else Message("assistant", answer)


def _prompt(values: Mapping[str, Any], column: str) -> list[Message]:
    if (turns := _listed(values.get(column), column)) is None:
        text = filled(values, column, "prompt")
        turns = _asked(text, column) or [Message("user", text)]
    if turns[-1].role == "assistant":
        remedy = "end it with the user's message, or with a tool's"
        raise DataError(f"the last message of '{column}' is by 'assistant'", remedy=remedy)
    return turns


def _asked(text: str, column: str) -> list[Message] | None:
    """The turns of a transcript that stops where the assistant is to speak; None for any other text."""
    written = transcript(text)
    if written and written[-1] == ("assistant", ""):
        written.pop()
    return _transcribed(written, column) if written and written[-1][0] == "user" else None


def _said(values: Mapping[str, Any], column: str, name: str, *, alone: bool) -> list[Message]:
    """The answer's own turns, or the whole conversation; `alone` where there is no prompt beside it."""
    turns = _listed(values.get(column), column)
    if turns is None:
        text = filled(values, column, name)
        written = transcript(text)
        if written is None and not alone:
            return [Message("assistant", text)]
        if written is None:
            remedy = "give the question in a column 'prompt', or name its column in `data.columns.input`"
            raise DataError(f"'{column}' is no conversation, and there is no prompt", remedy=remedy)
        turns = _transcribed(written, column)
    if turns[-1].role != "assistant":
        what = f"the last message of '{column}' is by '{turns[-1].role}'"
        raise DataError(what, remedy="end it with the assistant's answer")
    return turns


def _listed(value: Any, column: str) -> list[Message] | None:
    """The messages of a value that is one, or a list of some; None for any other value, which is a text."""
    turns = [value] if isinstance(value, Mapping) else value
    if not isinstance(turns, Sequence) or isinstance(turns, str):
        return None
    if not turns:
        raise DataError(f"'{column}' is an empty list", remedy="give its messages, or remove the row")
    if not any(isinstance(turn, Mapping) and any(keys <= turn.keys() for keys in _KEYS) for turn in turns):
        return None
    return [_message(turn, f"message {at} of '{column}'") for at, turn in enumerate(turns, 1)]


def _message(turn: Any, where: str) -> Message:
    read = sharegpt.message if isinstance(turn, Mapping) and "from" in turn else chat.message
    return read(turn, where)


def _transcribed(turns: Sequence[tuple[Role, str]], column: str) -> list[Message]:
    return [
        Message(role, spoken(role, words, (), f"message {at} of '{column}'"))
        for at, (role, words) in enumerate(turns, 1)
    ]


def _check_held(prompt: Sequence[Message], said: Sequence[Message], column: str) -> None:
    """Raise DataError where a row's own prompt is not in the conversation that its answer comes with."""
    held = {(message.role, message.content.strip()) for message in said[:-1]}
    if any((message.role, message.content.strip()) not in held for message in prompt):
        what = f"the conversation in '{column}' does not have the row's prompt in it"
        raise DataError(what, remedy="correct one of them, or leave the answer alone in its column")
