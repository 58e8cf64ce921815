"""A text cut into tokens that together are the whole text. Knows no kind of name.

A token is a word, a run of digits, a line break with what indents or quotes the next line, or one other character;
spaces before it belong to it. Letters of scripts written without spaces stand alone.
"""

import re

_ALONE = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_MARKED = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0900-\u0dff\u0e00-\u0eff\u1000-\u109f"
"""Marks that `\\w` leaves out although they stand inside words: without them Hindi or Thai would fall apart."""
_LETTER = rf"[^\W\d_{_ALONE}]"
_WORD = rf"{_LETTER}+(?:(?:[{_MARKED}]+|['’](?!s\b)(?={_LETTER})){_LETTER}*)*"

TOKEN = re.compile(rf"[ \t]*(?:{_WORD}|\d+|[\r]*\n[\s>|]*|[^ \t])|[ \t]+")


def cut(text: str) -> list[str]:
    """The tokens, in order; joined they are the text."""
    return TOKEN.findall(text)


def blocks(text: str, size: int) -> list[tuple[int, str]]:
    """The text in parts of about `size` characters with where each starts, cut where a line or at least a word ends."""
    parts, start = [], 0
    while len(text) - start > size:
        low, high = start + size // 2, start + size
        end = max(text.rfind("\n", low, high), -1) + 1 or text.rfind(" ", low, high) + 1 or high
        parts.append((start, text[start:end]))
        start = end
    return [*parts, (start, text[start:])]
