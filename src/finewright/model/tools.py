"""Tool calls, results and schemas: as a chat template takes them, or in plain text for one that takes none.

In plain text a call stands in the assistant's content as `<tool_call>{"name": ..., "arguments": ...}</tool_call>`,
results that follow one another are one user turn, each in `<tool_response>...</tool_response>`, and the schemas end
the system message. Knows no template and no tokens.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from finewright.base.records import Message

_OFFER = """You may call these tools:
<tools>
{schemas}
</tools>
To call one, write <tool_call>{{"name": ..., "arguments": ...}}</tool_call>."""


def as_given(message: Message) -> dict[str, Any]:
    """The turn as chat templates and OpenAI's interface know it, arguments as an object."""
    given: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.calls:
        given["tool_calls"] = [
            {
                "type": "function",
                "function": {"name": call.name, "arguments": json.loads(call.arguments)},
                **({"id": call.id} if call.id else {}),
            }
            for call in message.calls
        ]
    named = {"name": message.name, "tool_call_id": message.call_id}
    return given | {key: value for key, value in named.items() if value is not None}


def schemas(messages: Sequence[Message]) -> list[Any]:
    """The function schemas on offer in a conversation, each once, in their order."""
    offered = [schema for message in messages if message.tools for schema in json.loads(message.tools)]
    return [schema for place, schema in enumerate(offered) if schema not in offered[:place]]


def in_plain_text(messages: Sequence[Message]) -> Sequence[Message]:
    """The conversation without calls, results and schemas, which stand in its texts instead."""
    turns = list(_turns(messages))
    offered = schemas(messages)
    if not offered:
        return turns
    offer = _OFFER.format(schemas="\n".join(json.dumps(schema, ensure_ascii=False) for schema in offered))
    if turns[0].role != "system":
        return [Message("system", offer), *turns]
    return [replace(turns[0], content=f"{turns[0].content}\n\n{offer}"), *turns[1:]]


def _turns(messages: Sequence[Message]) -> Iterator[Message]:
    for by_tool, run in groupby(messages, key=lambda message: message.role == "tool"):
        if by_tool:
            yield Message("user", "\n".join(f"<tool_response>{one.content}</tool_response>" for one in run))
        else:
            yield from (replace(one, content=one.text, calls=(), tools=None) for one in run)
