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


class Keyed:
    """Choices under one secret key of 32 bytes."""

    def __init__(self, key: bytes) -> None:
        self._key = key

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
        return Cycle(self.digest("cycle", str(size), *names), size)


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

    def next(self, number: int) -> int:
        """The number after this one."""
        return self._permuted((self._permuted(number, 1) + 1) % self._size, -1)

    def _permuted(self, number: int, way: int) -> int:
        number = self._through(number, way)
        while number >= self._size:
            number = self._through(number, way)
        return number

    def _through(self, number: int, way: int) -> int:
        """The network, or with `way` -1 its inverse: the same rounds backwards, with the halves exchanged."""
        left, right = number >> self._half, number & ((1 << self._half) - 1)
        if way < 0:
            left, right = right, left
        for step in range(_ROUNDS)[::way]:
            left, right = right, left ^ self._round(step, right)
        if way < 0:
            left, right = right, left
        return left << self._half | right

    def _round(self, step: int, half: int) -> int:
        content = half.to_bytes(self._bytes, "big")
        wide = blake2b(bytes((step, 0)) + content, key=self._key, digest_size=32).digest()
        for block in range(1, -(-self._half // 256)):
            wide += blake2b(bytes((step, block)) + content, key=self._key, digest_size=32).digest()
        return int.from_bytes(wide, "big") >> (len(wide) * 8 - self._half)


def _framed(name: str) -> bytes:
    content = name.encode("utf-8", "surrogatepass")
    return len(content).to_bytes(4, "big") + content
