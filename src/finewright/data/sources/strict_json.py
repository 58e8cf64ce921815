"""The one JSON reader of the sources, and its faults as sentences. NaN and Infinity are no JSON."""

import json
from typing import Any, NoReturn


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


DECODER = json.JSONDecoder(parse_constant=_no_constant)

FAULTS = (ValueError, RecursionError)
"""What decoding raises: bad syntax, a number of absurd length, nesting of absurd depth."""


def said(fault: Exception) -> str:
    """What is wrong, for a person."""
    if isinstance(fault, json.JSONDecodeError):
        return f"is not valid JSON ({fault.msg} at character {fault.pos + 1})"
    return "is nested too deeply" if isinstance(fault, RecursionError) else f"is not valid JSON ({fault})"


def kind_of(value: Any) -> str:
    """JSON's name for what a value is, with its article."""
    names = {dict: "an object", list: "an array", str: "a string", bool: "a truth value", type(None): "null"}
    return names.get(type(value), "a number")
