"""The permutation that all numbers go through, against its definition on ranges small enough to look at whole."""

import pytest

from finewright.privacy.keyed import Keyed

KEY = Keyed(b"k" * 32)


@pytest.mark.parametrize("size", [2, 3, 7, 10, 16, 100, 1000])
def test_one_cycle_goes_through_all_numbers(size: int) -> None:
    cycle, number, seen = KEY.cycle(size, "test"), 0, []
    for _ in range(size):
        number = cycle.next(number)
        seen.append(number)
    assert sorted(seen) == list(range(size))


def test_names_are_framed_and_keys_matter() -> None:
    assert KEY.digest("a", "b") != KEY.digest("ab")
    assert KEY.digest("a", "b") != KEY.digest("a", "b", "")
    assert KEY.digest("a") != Keyed(b"o" * 32).digest("a")
    assert [KEY.cycle(1000, "a").next(n) for n in range(9)] != [KEY.cycle(1000, "b").next(n) for n in range(9)]


def test_numbers_wider_than_a_digest_use_all_their_bits() -> None:
    low = {KEY.cycle(10**200, "wide").next(number) % 10**40 for number in range(20)}
    high = {KEY.cycle(10**200, "wide").next(number) // 10**160 for number in range(20)}
    assert len(low) == len(high) == 20
