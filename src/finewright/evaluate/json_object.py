"""Reading one JSON object out of an answer, and comparing JSON values by meaning. Knows nothing of tasks or scores.

An answer may carry whitespace around the object and one Markdown code fence: models add the fence out of habit and
every caller takes it off, so no arm is punished for it. Text before or after, a second object, a key named twice and
the non-JSON constants NaN and Infinity are not tolerated.
"""

import json
from typing import Any

_FENCE = "```"


def read_object(text: str) -> dict[str, Any] | None:
    """The one JSON object that `text` holds, or None where it holds anything else. Never raises."""
    try:
        value = json.loads(unfenced(text.strip()), parse_constant=_refuse, object_pairs_hook=_distinct)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def same_value(left: Any, right: Any) -> bool:
    """Whether two JSON values mean the same: numbers by value (1240 is 1240.0), strings by their stripped text.

    Types are kept apart: the string "1240" is not the number 1240, and true is not 1.
    """
    if isinstance(left, str) and isinstance(right, str):
        return left.strip() == right.strip()
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same_value(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same_value, left, right))
    if json_type(left) == json_type(right):
        return bool(left == right)
    return False


def json_type(value: Any) -> str:
    """JSON's name for the type of a parsed value."""
    match value:
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case None:
            return "null"
        case list():
            return "array"
        case _:
            return "object"


def unfenced(text: str) -> str:
    """The text without the Markdown code fence around it, if there is one."""
    if len(text) < 2 * len(_FENCE) or not (text.startswith(_FENCE) and text.endswith(_FENCE)):
        return text
    return text.removeprefix(_FENCE).removesuffix(_FENCE).removeprefix("json").strip()


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    named = dict(pairs)
    if len(named) < len(pairs):
        raise ValueError("a key is named twice")
    return named


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
