"""One value written in the form of another: its groups, separators, letter case and digits. Knows no kind."""

import html
import re
import unicodedata
from functools import lru_cache

_SIGNS = re.compile(r"[\W_]+")


def plain(surface: str) -> str:
    """Letters and digits of what was found, in capitals and ASCII digits: for values that came without a form."""
    seen = _seen(surface)
    if seen.isascii():
        return _SIGNS.sub("", seen).upper()
    return "".join(_digit(letter) for letter in seen if letter.isalnum()).upper()


def written_like(surface: str, value: str) -> str:
    """`value` with each letter or digit in the place of one of `surface`, everything between them as it was.

    Characters that cannot be seen are dropped; where the two do not have equally many letters and digits, `value`
    stands as it is.
    """
    seen = _seen(surface)
    letters = _SIGNS.sub("", value)
    if len(letters) != len(_SIGNS.sub("", seen)):
        return value
    following = iter(letters)
    return "".join(_as(letter, next(following)) if letter.isalnum() else letter for letter in seen)


def cased_like(surface: str, word: str) -> str:
    """`word` in capitals, small letters or with a capital at its beginning, as `surface` has it."""
    if len(surface) > 1 and surface.isupper():
        return word.upper()
    if surface.islower():
        return word.lower()
    return word[:1].upper() + word[1:] if surface[:1].isupper() else word


def ordinal(number: int) -> str:
    """What follows a number in English: st, nd, rd or th."""
    return "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


@lru_cache(1 << 16)
def ascii_key(word: str) -> str:
    """What two spellings of a name share: small letters without marks, ae, oe and ue as a, o and u."""
    if word.isascii() and word.isalpha():
        return word.lower().replace("ae", "a").replace("oe", "o").replace("ue", "u")
    bare = unicodedata.normalize("NFKD", word.casefold().replace("ß", "ss").replace("ø", "o").replace("ł", "l"))
    bare = "".join(letter for letter in bare if not unicodedata.combining(letter))
    bare = "".join(letter for letter in bare if letter.isalnum())
    return bare.replace("ae", "a").replace("oe", "o").replace("ue", "u")


def _seen(surface: str) -> str:
    if surface.isascii() and surface.isprintable() and "&" not in surface:
        return surface
    text = unicodedata.normalize("NFC", html.unescape(surface))
    return "".join(letter for letter in text if unicodedata.category(letter) not in ("Cf", "Cc", "Mn"))


def _digit(letter: str) -> str:
    return str(unicodedata.decimal(letter)) if letter.isdecimal() else letter


def _as(old: str, new: str) -> str:
    if old.isdecimal() and new.isdecimal():
        return new if old.isascii() and new.isascii() else chr(ord(old) - unicodedata.decimal(old) + int(new))
    return new.lower() if old.islower() else new.upper() if old.isupper() else new


def words(text: str) -> tuple[str, ...]:
    """The words of a list that is written as one text."""
    return tuple(text.split())
