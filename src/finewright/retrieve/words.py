"""A text to the words that it is searched by: case folded, numbers without their thousands separators. No language."""

import re
from unicodedata import normalize

_WORDS = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?:\D|$))")


def words_of(text: str) -> list[str]:
    """Runs of letters and numbers, in order. `1,452.40` and `1452.40` are one word, and so are `ﬁne` and `Fine`."""
    return _WORDS.findall(_THOUSANDS.sub("", normalize("NFKC", text).casefold()))
