"""Random order that belongs to the items: a keyed hash of seed, purpose and name. Knows no generator with a state.

Removing an item moves no other, and no two purposes share their randomness.
"""

import hashlib
from collections.abc import Callable, Iterable
from typing import TypeVar

from finewright.base.files import canonical_json

T = TypeVar("T")


def rank(seed: int, *names: object) -> int:
    """A 64-bit number, uniform over seeds and names; names are strings, numbers or None, and `1` is not `"1"`."""
    key = canonical_json([seed, *names]).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(key, digest_size=8).digest(), "big")


def unit(seed: int, *names: object) -> float:
    """The rank as a number in [0, 1), a multiple of 2^-53."""
    return (rank(seed, *names) >> 11) / (1 << 53)


def shuffled(items: Iterable[T], key: Callable[[T], str], seed: int, *names: object) -> list[T]:
    """The items in the order of their ranks; `key` names an item, equal ranks fall back on that name."""
    return sorted(items, key=lambda item: (rank(seed, *names, key(item)), key(item)))
