"""JSON as text: its strings and numbers one by one, exchanged in place. Knows nothing about what they mean.

Spacing, order, repeated keys and the forms of numbers stay as they were written, which parsing and writing anew would
not keep.
"""

import json
import re
from collections.abc import Callable

_TOKEN = re.compile(r'"(?:[^"\\]+|\\.)*"|-?[0-9][0-9.eE+-]*|[][{}:,]', re.DOTALL)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")

Rewrite = Callable[[str, tuple[str | int, ...]], str]
"""A string's value, or a number as it is written, and the keys and places that lead to it, to what it becomes; a key
of an object is given with itself as the last of its path."""


def looks_like_json(text: str) -> bool:
    """Whether a text is a JSON object or list: what is worth reading as one."""
    stripped = text.strip(" \t\r\n")
    if len(stripped) < 2 or stripped[0] + stripped[-1] not in ("{}", "[]"):
        return False
    try:
        json.loads(stripped)
    except (ValueError, RecursionError):
        return False
    return True


def spliced(text: str, rewrite: Rewrite) -> str:
    """A text that `looks_like_json` with each string and number, keys too, as `rewrite` has it."""
    built: list[str] = []
    path: list[str | int] = []
    done, key_next = 0, False
    for token in _TOKEN.finditer(text):
        written = token[0]
        kind = written[0]
        if kind in "{[":
            path.append("" if kind == "{" else 0)
            key_next = kind == "{"
        elif kind in "}]":
            path.pop()
            key_next = False
        elif kind == ",":
            key_next = isinstance(path[-1], str)
            path[-1] = path[-1] + 1 if isinstance(path[-1], int) else ""
        elif kind == ":":
            key_next = False
        else:
            value = _value(written)
            if key_next:
                path[-1] = value
            new = rewrite(value, tuple(path))
            if new != value:
                built += [text[done : token.start()], _written(new, written)]
                done = token.end()
    return "".join([*built, text[done:]]) if built else text


def _value(written: str) -> str:
    if written[0] != '"':
        return written
    return written[1:-1] if "\\" not in written else str(json.loads(written, strict=False))


def _written(new: str, before: str) -> str:
    """As a number where it was and can be one; letters beyond ASCII only where there were some."""
    if before[0] != '"' and _NUMBER.fullmatch(new):
        return new
    return json.dumps(new, ensure_ascii=before.isascii())
