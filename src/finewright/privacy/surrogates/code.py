"""Numbers and codes without a rule of their own: account, sort code, order, customer and case numbers, own patterns.

Digits become digits and letters letters, one to one. There is no reserved range for any of them.
"""

import re

from finewright.privacy.keyed import Keyed
from finewright.privacy.surrogates.characters import exchanged, leading, prefix
from finewright.privacy.surrogates.surrogate import Maker, Surrogate
from finewright.privacy.surrogates.writing import plain, written_like


def numbered(kind: str) -> Maker:
    """A number, perhaps behind letters that name its scheme (INV-2024-017): the letters stay."""

    def make(keyed: Keyed, value: str, surface: str) -> Surrogate:
        bare = plain(surface) if plain(surface).isascii() else plain(value)
        start = prefix(bare)
        free = range(start, len(bare))
        new, space = exchanged(keyed, kind, bare, free, allowed=lambda new: leading(bare[start:])(new[start:]))
        return Surrogate(written_like(surface, new), space)

    return make


def patterned(kind: str, pattern: re.Pattern[str] | None) -> Maker:
    """A team's own pattern: all letters and digits change as long as it still matches, else those behind its prefix."""

    def make(keyed: Keyed, _value: str, surface: str) -> Surrogate:
        bare = plain(surface)
        for start in (0, prefix(bare)) if pattern else (prefix(bare),):
            free = range(start, len(bare))
            new, space = exchanged(
                keyed, kind, bare, free, allowed=lambda new: fits(written_like(surface, new)), steps=99
            )
            if fits(text := written_like(surface, new)):
                break
        return Surrogate(text, space)

    def fits(text: str) -> bool:
        return pattern is None or pattern.fullmatch(text) is not None

    return make
