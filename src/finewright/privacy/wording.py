"""The words that stand by a candidate: before it in its text, or as the header of its column. Knows no identifier."""

import re
from collections.abc import Iterable
from functools import lru_cache

_HEADER_WORD = re.compile(r"[^\W\d_]+|\d+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_LONGEST_HEADER = 200
_LONGEST_RUN = 5
_WITHOUT_SPACES = 0x0E00


def words_pattern(words: Iterable[str]) -> re.Pattern[str]:
    """Finds any of these words, case folded, as a whole word; words of scripts without spaces anywhere."""
    ordered = sorted(words, key=lambda word: (-len(word), word))
    return re.compile("|".join(map(_bounded, ordered)) or r"(?!)")


def _bounded(word: str) -> str:
    written = re.escape(word).replace(r"\ ", r"[\s_.-]{1,3}")
    if any(ord(letter) >= _WITHOUT_SPACES for letter in word):
        return written
    before = r"(?<![^\W\d_])" if word[0].isalpha() else ""
    after = r"(?![^\W\d_])" if word[-1].isalpha() else ""
    return f"{before}{written}{after}"


@lru_cache(maxsize=4096)
def header_words(header: str) -> str:
    """A header, as words in lower case with spaces between: `customerIBAN_no` is `customer iban no`."""
    spaced = _CAMEL.sub(" ", header[-_LONGEST_HEADER:])
    return " ".join(_HEADER_WORD.findall(spaced.casefold()))


@lru_cache(maxsize=4096)
def header_names(header: str) -> frozenset[str]:
    """What a header may be called: each run of its words, written together. `acct_no`: acct, no, acctno."""
    words = header_words(header).split()
    runs = ((start, end) for start in range(len(words)) for end in range(start, min(len(words), start + _LONGEST_RUN)))
    return frozenset("".join(words[start : end + 1]) for start, end in runs)
