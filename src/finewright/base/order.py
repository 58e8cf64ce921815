"""Random order that belongs to the items: a keyed hash of seed, purpose and name. Knows no generator with a state.

Removing an item moves no other, and no two purposes share their randomness.
"""

import hashlib
from array import array
from collections.abc import Callable, Iterable, Sequence
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


def in_order(keys: Iterable[str], seed: int, *names: object) -> Sequence[int]:
    """The places of the keys in the order of `shuffled`, at 12 bytes a key instead of a list of them.

    Equal ranks keep the order of their places, which is that of equal keys; two keys of one 64-bit rank are not met.
    """
    # Whoever only ranks a few names needs no arrays.
    import numpy as np

    ranks = np.frombuffer(array("Q", (rank(seed, *names, key) for key in keys)), np.uint64)
    return array("I", np.argsort(ranks, kind="stable").astype(np.uint32).tobytes())
