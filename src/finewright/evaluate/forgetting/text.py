"""A general text cut into windows, for its perplexity. Knows tokens; the model is handed to `evaluate/perplexity.py`.

Windows are short: intervals come from resampling them, and a text of a few pages holds some twenty of 128 tokens.
Perplexity is higher for it, as each begins without what was before; before and after are hurt alike.
"""

from collections.abc import Sequence
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

from finewright.base.errors import DataError, Place
from finewright.data.text import opened
from finewright.model.batch import Example

WINDOW = 128
SHORTEST = 16


def read_text(path: Path | None = None) -> str:
    """The text of a UTF-8 file, by default the one that finewright ships.

    Raises DataError where the file is missing, in another encoding, or empty.
    """
    if path is None:
        return (files(__package__) / "text.txt").read_text(encoding="utf-8")
    if not path.is_file():
        raise DataError("there is no such file", place=Place(path), remedy="check `evaluate.forgetting.text`")
    with opened(path, "utf-8") as stream:
        text = stream.read()
    if not text.strip():
        raise DataError("the file has no text", place=Place(path), remedy="give a general text of some pages")
    return text


def windows(tokens: Sequence[int], context: int) -> list[Example]:
    """All tokens in windows of nearly equal length, at most 128 or `context`; a window's first token is not scored.

    Empty where there are fewer than 16 tokens, or no room for as many.
    """
    most = min(WINDOW, context)
    if min(most, len(tokens)) < SHORTEST:
        return []
    count = -(-len(tokens) // most)
    ends = [number * len(tokens) // count for number in range(count + 1)]
    return [_window(number, tokens[first:last]) for number, (first, last) in enumerate(pairwise(ends))]


def _window(number: int, tokens: Sequence[int]) -> Example:
    return Example(f"{number:06d}", tuple(tokens), (False, *(True,) * (len(tokens) - 1)))
