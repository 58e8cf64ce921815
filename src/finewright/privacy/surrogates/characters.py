"""Digits to digits and letters to letters, one to one: what all numbers and codes are made of. Knows no kind."""

import math
from collections.abc import Callable, Sequence

from finewright.privacy.keyed import Keyed

DIGITS = "0123456789"
CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_TRIED = 50
_ALPHABETS = (
    DIGITS, CAPITALS, CAPITALS.lower(), "АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЭЮЯ", "абвгдежзиклмнопрстуфхцчшэюя",
    "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ", "αβγδεζηθικλμνξοπρστυφχψω",
)  # fmt: skip
_OF = {letter: alphabet for alphabet in reversed(_ALPHABETS) for letter in alphabet}


def exchanged(
    keyed: Keyed,
    kind: str,
    value: str,
    free: Sequence[int] | None = None,
    checks: Sequence[int] = (),
    complete: Callable[[str], str] = str,
    allowed: Callable[[str], bool] = lambda _: True,
    steps: int = 3000,
) -> tuple[str, float]:
    """Another value of the same shape, and how many there are of it.

    free      the places that may change; None: all
    checks    the places of check digits, which hang on the free ones alone
    complete  sets the check digits, and whatever else is the same in all surrogates
    allowed   what else such a value must fulfil: the cycle is walked until it does
    steps     at most this often, and seldom where `value` itself does not fulfil it; then the last is taken anyway

    One to one over all allowed values with the same characters in the places that are not free, and never the value
    itself unless it has no free letter or digit.
    """
    places = [place for place in (range(len(value)) if free is None else free) if _alphabet(value[place])]
    alphabets = [_alphabet(value[place]) for place in places]
    size = math.prod(len(alphabet) for alphabet in alphabets)
    if size < 2:
        return value, 1.0
    frame = _frame(value, places, checks)
    number = _number([value[place] for place in places], alphabets)
    cycle = keyed.cycle(size, kind, frame)
    new = value
    for _ in range(steps if allowed(value) else _TRIED):
        number = cycle.next(number)
        new = complete(_filled(value, places, alphabets, number))
        if new != value and allowed(new):
            break
    return new, float(size)


def leading(value: str) -> Callable[[str], bool]:
    """Allows what begins with a zero exactly where `value` does: a number keeps its length when it is read as one."""
    return lambda new: (new[:1] == "0") == (value[:1] == "0")


def prefix(value: str) -> int:
    """How many letters stand before the first digit of a code such as INV-2024-017: its scheme, not whose it is."""
    return next((at for at, letter in enumerate(value) if letter.isdigit()), 0)


def _alphabet(letter: str) -> str:
    return _OF.get(letter, "")


def _frame(value: str, places: Sequence[int], checks: Sequence[int]) -> str:
    """What stays: each shape has a cycle of its own."""
    free = {place: "\0" + _alphabet(value[place])[0] for place in places} | dict.fromkeys(checks, "\1")
    return "".join(free.get(at, letter) for at, letter in enumerate(value))


def _number(letters: Sequence[str], alphabets: Sequence[str]) -> int:
    number = 0
    for letter, alphabet in zip(letters, alphabets, strict=True):
        number = number * len(alphabet) + alphabet.index(letter)
    return number


def _filled(value: str, places: Sequence[int], alphabets: Sequence[str], number: int) -> str:
    new = list(value)
    for place, alphabet in zip(reversed(places), reversed(alphabets), strict=True):
        number, letter = divmod(number, len(alphabet))
        new[place] = alphabet[letter]
    return "".join(new)
