"""A thumb up or down, in the words and numbers that logs write it in. Knows nothing of rows."""

from typing import Any

_UP = frozenset(
    {
        *("true", "yes", "up", "thumb up", "thumbs up", "thumbsup", "upvote", "👍"),
        *("good", "like", "liked", "positive"),
    }
)
_DOWN = frozenset(
    {
        *("false", "no", "down", "thumb down", "thumbs down", "thumbsdown", "downvote", "👎"),
        *("bad", "dislike", "disliked", "negative"),
    }
)


def thumb(value: Any) -> bool | None:
    """Whether a value is a thumb up (true, 1) or down (false, 0, -1), case aside; None where it is neither."""
    if isinstance(value, bool):
        return value
    number = number_of(value)
    if number is not None:
        return {1.0: True, 0.0: False, -1.0: False}.get(number)
    word = str(value).strip().casefold().replace("_", " ").replace("-", " ")
    return True if word in _UP else False if word in _DOWN else None


def number_of(value: Any) -> float | None:
    """The number that a value is or has as its text; None for truth values and for all else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        return float(value)
    except ValueError:
        return None
