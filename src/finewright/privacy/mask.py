"""An identifier so that its owner knows it again and nobody else learns it: `DE** **** **** 00`. Knows no kind."""

_SHOWN = 8
"""Letters and digits from which on the first two and the last two are shown."""


def masked(surface: str) -> str:
    """The text with stars for its letters and digits; of a long one the first and last two stay, of a short one none.

    Words are masked each by itself, of which the first letter stays, so that a name shows how many it has.
    """
    if not any(letter.isdigit() for letter in surface):
        return " ".join(_word(word) for word in surface.split())
    line = surface.replace("\n", " ")
    places = [at for at, letter in enumerate(line) if letter.isalnum()]
    shown = {*places[:2], *places[-2:]} if len(places) >= _SHOWN else set()
    return "".join(letter if at in shown or not letter.isalnum() else "*" for at, letter in enumerate(line))


def _word(word: str) -> str:
    """The first letter, and a star for each other letter."""
    if "@" in word:
        return "".join(letter if at == 0 or not letter.isalnum() else "*" for at, letter in enumerate(word))
    return word[:1] + "".join("*" if letter.isalnum() else letter for letter in word[1:])
