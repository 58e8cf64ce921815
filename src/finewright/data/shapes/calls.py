"""Function schemas and calls of functions as rows write them, each as the JSON text that records keep. Knows no turns.

Keys keep the order that they have in the row: chat templates write them in that order, and so do the servers that
give a model the same conversation later.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from finewright.base.errors import DataError
from finewright.base.records import ToolCall
from finewright.data.shapes.field import checked
from finewright.data.sources.strict_json import DECODER, FAULTS

_CALL = 'write {"name": ..., "arguments": {...}}'
_SCHEMA = 'write a list of {"type": "function", "function": {"name": ..., "parameters": {...}}}'


def offered(value: Any, column: str) -> str | None:
    """The schemas of a row's tools, a list or its JSON text; None where there are none. Raises DataError."""
    schemas = _parsed(value.strip() or "[]") if isinstance(value, str) else value
    if not schemas:
        return None
    if not isinstance(schemas, Sequence) or isinstance(schemas, str):
        raise DataError(f"'{column}' is not a list of function schemas", remedy=_SCHEMA)
    return _text(
        [_schema(schema, f"schema {number} of '{column}'") for number, schema in enumerate(schemas, 1)], column
    )


def calls(value: Any, where: str) -> tuple[ToolCall, ...]:
    """The calls of one turn, a list in OpenAI's form or of bare names and arguments. Raises DataError."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise DataError(f"the tool calls of {where} are not a list", remedy=_CALL)
    return tuple(_call(call, f"call {number} of {where}") for number, call in enumerate(value, 1))


def calls_in(text: str, where: str) -> tuple[ToolCall, ...]:
    """The calls of a turn whose text is their JSON: one call or a list of them. Raises DataError."""
    value = _parsed(text)
    return calls([value] if isinstance(value, Mapping) else value, where)


def _call(value: Any, where: str) -> ToolCall:
    called = value.get("function", value) if isinstance(value, Mapping) else None
    if not isinstance(called, Mapping) or not isinstance(called.get("name"), str) or not called["name"].strip():
        raise DataError(f"{where} names no function", remedy=_CALL)
    given = called.get("arguments")
    arguments = _parsed(given) if isinstance(given, str) and given.strip() else given or {}
    if not isinstance(arguments, Mapping):
        raise DataError(f"the arguments of {where} are not a JSON object", remedy=_CALL)
    number = value.get("id")
    return ToolCall(
        checked(called["name"], f"name of {where}"), _text(arguments, where), str(number) if number else None
    )


def _schema(value: Any, where: str) -> Any:
    """OpenAI's form of a schema, which servers give to templates; some rows leave its outer part out."""
    function = value.get("function", value) if isinstance(value, Mapping) else None
    if not isinstance(function, Mapping) or not isinstance(function.get("name"), str):
        raise DataError(f"{where} names no function", remedy=_SCHEMA)
    return value if "function" in value else {"type": "function", "function": value}


def _parsed(text: str) -> Any:
    try:
        return DECODER.decode(text.strip())
    except FAULTS:
        return text


def _text(value: Any, where: str) -> str:
    return checked(json.dumps(value, ensure_ascii=False), where)
