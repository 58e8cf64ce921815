"""Which lists of names a word stands in, as a Bloom filter. Knows no text; a wrong yes happens, a wrong no never.

Source of the form: Bloom, "Space/time trade-offs in hash coding with allowable errors", 1970; k positions from two
hashes as in Kirsch and Mitzenmacher, "Less hashing, same performance", 2008.
"""

import hashlib
from collections.abc import Iterable, Mapping

LISTS = ("given", "family", "place", "word", "rare")
"""Given names, family names, words of towns and countries, ordinary words, and those of a dictionary that are rarer."""

_POSITIONS = 5
_BITS_A_WORD = 9


def _hashes(word: str) -> tuple[int, int]:
    """Two independent numbers of a word; the second is odd."""
    digest = hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    return int.from_bytes(digest[:8], "big"), int.from_bytes(digest[8:], "big") | 1


def _positions(which: int, hashes: tuple[int, int], size: int) -> list[int]:
    """The bits that stand for a word in the list of this number; `size` is the filter's number of bits."""
    first, step = hashes
    return [(first + (which * _POSITIONS + k) * step) % size for k in range(_POSITIONS)]


def filter_of(lists: Mapping[str, Iterable[str]]) -> bytes:
    """The filter over all lists; words folded as `features.plain` folds them."""
    pairs = sorted({(LISTS.index(name), word) for name, words in lists.items() for word in words})
    bits = bytearray(max(1, len(pairs) * _BITS_A_WORD // 8))
    for which, word in pairs:
        for at in _positions(which, _hashes(word), len(bits) * 8):
            bits[at >> 3] |= 1 << (at & 7)
    return bytes(bits)


def lists_of(table: bytes, word: str) -> list[int]:
    """The numbers of the lists in which a word stands."""
    (first, step), size = _hashes(word), len(table) * 8
    found = []
    for which in range(len(LISTS)):
        for k in range(which * _POSITIONS, (which + 1) * _POSITIONS):
            at = (first + k * step) % size
            if not table[at >> 3] >> (at & 7) & 1:
                break
        else:
            found.append(which)
    return found
