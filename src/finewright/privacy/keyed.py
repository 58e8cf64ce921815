"""Choices that hang on a secret key alone: draws, and permutations without fixed points. Knows no kind and no file.

Everything is HMAC-SHA256 of the key and names, and a permutation's rounds are BLAKE2b under a key made so (RFC 7693):
the same value gives the same choice in every process, and without the key nothing can be traced back or tried out.
"""

import hmac
from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")
KEY_BYTES = 32
_ROUNDS = 8
_SMALL, _KEPT = 64, 1 << 10
"""Numbers of a cycle up to which it is remembered, such as one of initials, and how many such are."""


class Keyed:
    """Choices under one secret key of 32 bytes."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._cycles: dict[tuple[int | str, ...], Cycle] = {}

    def digest(self, *names: str) -> bytes:
        """32 bytes that belong to these names: each is written with its length, so ("a", "b") is not ("ab",)."""
        return hmac.digest(self._key, b"".join(_framed(name) for name in names), "sha256")

    def number(self, bits: int, *names: str) -> int:
        """A number below 2^bits, uniform over the names."""
        blocks = [self.digest(*names, str(block)) for block in range(-(-bits // 256))]
        return int.from_bytes(b"".join(blocks), "big") >> (len(blocks) * 256 - bits)

    def below(self, size: int, *names: str) -> int:
        """A number below `size`; 64 bits more than needed keep it even to 2^-64."""
        return self.number(size.bit_length() + 64, *names) % size

    def pick(self, items: Sequence[T], *names: str) -> T:
        """One of the items."""
        return items[self.below(len(items), *names)]

    def cycle(self, size: int, *names: str) -> "Cycle":
        """The cycle through all numbers below `size` that belongs to these names."""
        if size > _SMALL:
            return Cycle(self.digest("cycle", str(size), *names), size)
        if (size, *names) not in self._cycles:
            if len(self._cycles) >= _KEPT:
                self._cycles.clear()
            self._cycles[size, *names] = Cycle(self.digest("cycle", str(size), *names), size)
        return self._cycles[size, *names]


class Cycle:
    """One cycle through all numbers below `size`: a keyed permutation that leaves no number in its place.

    It is P^-1(P(x) + 1 mod size) with a keyed permutation P: a Feistel network over two equal halves, walked until it
    falls back into the range (Black and Rogaway, "Ciphers with Arbitrary Finite Domains", 2002). As all numbers lie on
    one cycle, skipping those that are not allowed is again one cycle through those that are: still one to one.
    """

    def __init__(self, key: bytes, size: int) -> None:
        self._key, self._size = key, size
        self._half = -(-(size - 1).bit_length() // 2)
        self._bytes = -(-self._half // 8)
        blocks = max(1, -(-self._half // 256))
        self._beyond = 256 * blocks - self._half
        self._steps = [[bytes((step, block)) for block in range(blocks)] for step in range(_ROUNDS)]
        self._after: dict[int, int] = {}

    def next(self, number: int) -> int:
        """The number after this one."""
        if self._size > _SMALL:
            return self._following(number)
        if number not in self._after:
            self._after[number] = self._following(number)
        return self._after[number]

    def _following(self, number: int) -> int:
        return self._permuted((self._permuted(number, 1) + 1) % self._size, -1)

    def _permuted(self, number: int, way: int) -> int:
        number = self._through(number, way)
        while number >= self._size:
            number = self._through(number, way)
        return number

    def _through(self, number: int, way: int) -> int:
        """The network, or with `way` -1 its inverse: the same rounds backwards, with the halves exchanged."""
        half, key = self._half, self._key
        left, right = number >> half, number & ((1 << half) - 1)
        if way < 0:
            left, right = right, left
        # One call a round and no more: eight rounds there and eight back are what most surrogates cost.
        for blocks in self._steps[::way]:
            content = right.to_bytes(self._bytes, "big")
            wide = b"".join([blake2b(block + content, key=key, digest_size=32).digest() for block in blocks])
            left, right = right, left ^ int.from_bytes(wide, "big") >> self._beyond
        if way < 0:
            left, right = right, left
        return left << half | right


def _framed(name: str) -> bytes:
    content = name.encode("utf-8", "surrogatepass")
    return len(content).to_bytes(4, "big") + content
