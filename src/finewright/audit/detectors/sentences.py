"""An answer as sentences in plain form, and whether one says any of some patterns. Knows no detector."""

import re
from collections.abc import Iterable

from finewright.base.phrases import plain

_ENDS = re.compile(r"(?<=[.!?])[\"')\]]*\s+|\n+")


def sentences(answer: str) -> list[str]:
    """The sentences and lines of a text, each in the form of `plain`; a stop within a number ends none."""
    return [said for part in _ENDS.split(answer) if (said := plain(part))]


def pattern(*parts: str) -> re.Pattern[str]:
    """Any of some expressions, each beginning and ending where words do."""
    return re.compile(r"(?<!\w)(?:" + "|".join(parts) + r")(?!\w)")


def says(text: str, patterns: Iterable[re.Pattern[str]]) -> bool:
    """Whether a text in plain form fits any of the patterns."""
    return any(one.search(text) for one in patterns)
