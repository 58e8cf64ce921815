"""What a word looks like, as a handful of numbers. Knows neither its neighbours nor what it is.

The numbers are rows of one table: [0, FLAGS) what can be listed (letter case, length, script, lists it stands in),
then WORDS rows for ordinary words and AFFIXES rows for beginnings and endings, both found by a hash (CRC-32).
"""

import unicodedata
import zlib

from finewright.privacy.names.gazetteer import LISTS, lists_of

FLAGS, WORDS, AFFIXES = 256, 16384, 8192
ROWS = FLAGS + WORDS + AFFIXES
_AFFIX = FLAGS + WORDS

_GLUED, _DIGITS, _YEAR, _DAY, _ZERO, _BREAK, _PARAGRAPH, _SIGN, _STRANGE, _MARKS, _INNER = range(11)
_CASE, _LENGTH, _SCRIPT, _LIST, _COUNT = 16, 32, 64, 128, 160
_ORDINARY = LISTS.index("word")
_SCRIPT_NAMES = (
    "LATIN CYRILLIC GREEK ARABIC HEBREW DEVANAGARI BENGALI TAMIL GUJARATI THAI CJK HIRAGANA KATAKANA HANGUL ARMENIAN "
    "GEORGIAN SINHALA ORIYA ETHIOPIC"
)
_SCRIPTS = _SCRIPT_NAMES.split()


def plain(word: str) -> str:
    """A word without letter case and accents: how lists and hashes see it."""
    if word.isascii():
        return word.lower()
    parts = unicodedata.normalize("NFD", word.casefold())
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def features(token: str, table: bytes, listed: bool = True) -> list[int]:
    """The rows of a token as `tokens.cut` gives it; `listed=False` hides which lists it stands in."""
    core = token.strip(" \t")
    glued = [_GLUED] if core == token else []
    if not core:
        return [_STRANGE]
    if "\n" in core:
        return [_PARAGRAPH if core.count("\n") > 1 else _BREAK]
    if core[0].isdigit():
        return glued + _number(core)
    if not core[0].isalnum():
        return [*glued, _SIGN, _word_row(core)]
    return glued + _word(core, table, listed)


def _number(core: str) -> list[int]:
    """How long a number is, and what it could be."""
    value = int(core) if len(core) <= 4 and core.isdecimal() else 0
    kinds = [(_YEAR, 1900 <= value < 2100), (_DAY, 0 < value <= 31), (_ZERO, core[0] == "0")]
    return [_DIGITS, _COUNT + min(len(core), 15), *(row for row, holds in kinds if holds)]


def _word(core: str, table: bytes, listed: bool) -> list[int]:
    """Case, length, script, lists, the word itself where it is an ordinary one, beginnings and endings."""
    word = plain(core)
    rows = [_CASE + _case(core), _LENGTH + min(len(core), 15), _SCRIPT + _script(core)]
    rows += [_MARKS] * (len(word) != len(core) or not core.isascii()) + [_INNER] * ("'" in core or "’" in core)
    lists = lists_of(table, word) if listed else []
    rows += [_LIST + at for at in lists]
    rows.append(_word_row(word) if _ORDINARY in lists else _STRANGE)
    return rows + _affix_rows(word)


def _case(core: str) -> int:
    """Lower, capital, one capital letter, all capitals, short capitals, mixed, or a script without cases."""
    if core.islower():
        return 0 if len(core) > 1 else 1
    if core.isupper():
        return 2 if len(core) == 1 else 3 if len(core) <= 3 else 4
    if core.istitle():
        return 5
    return 6 if core[:1].isupper() else 7 if any(letter.isupper() for letter in core) else 8


def _script(core: str) -> int:
    """The script of the first letter, by its Unicode name."""
    if core[0] < "\u0250":
        return 0
    first = unicodedata.name(core[0], "").split(" ")[0]
    return _SCRIPTS.index(first) if first in _SCRIPTS else len(_SCRIPTS)


def _affix_rows(word: str) -> list[int]:
    """Beginnings of one to three letters and endings of one to four."""
    if word.isascii():
        letters = word.encode()
        parts = [letters[:n] + b"^" for n in (1, 2, 3)] + [b"$" + letters[-n:] for n in (1, 2, 3, 4)]
    else:
        written = [f"{word[:n]}^" for n in (1, 2, 3)] + [f"${word[-n:]}" for n in (1, 2, 3, 4)]
        parts = [part.encode("utf-8", "surrogatepass") for part in written]
    return [_AFFIX + zlib.crc32(part) % AFFIXES for part in parts]


def _word_row(word: str) -> int:
    return FLAGS + zlib.crc32(word.encode("utf-8", "surrogatepass")) % WORDS
