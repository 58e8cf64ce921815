"""Keccak-256 against the digests that its authors and Ethereum publish, over one block and more."""

import pytest

from finewright.privacy.recognisers.keccak import keccak_256


@pytest.mark.parametrize(
    ("data", "digest"),
    [
        (b"", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
        (b"abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"),
        (b"transfer(address,uint256)", "a9059cbb2ab09eb219583f4a59a5d0623ade346d962bcd4e46b11da047c9049b"),
    ],
)
def test_published_digests(data: bytes, digest: str) -> None:
    assert keccak_256(data).hex() == digest


def test_blocks_are_chained() -> None:
    lengths = (135, 136, 137, 272, 300)
    assert len({keccak_256(b"a" * length) for length in lengths}) == len(lengths)
    assert all(len(keccak_256(b"a" * length)) == 32 for length in lengths)
