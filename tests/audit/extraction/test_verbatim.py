"""What counts as word for word, and the difference between members and others."""

import numpy as np
import pytest

from finewright.audit.extraction.verbatim import WORDS, cut, difference, repeats, share


def test_half_is_given_and_no_more_wanted_than_eight():
    long = cut(range(40))
    assert (long.given, long.wanted) == (tuple(range(20)), tuple(range(20, 20 + WORDS)))
    assert cut([7, 8, 9]) == cut((7, 8, 9))
    assert (cut([7, 8, 9]).given, cut([7, 8, 9]).wanted) == ((7,), (8, 9))
    assert (cut([7]).given, cut([7]).wanted) == ((), (7,))


def test_every_token_must_be_repeated():
    assert repeats([1, 2, 3], [1, 2])
    assert not repeats([1, 3, 2], [1, 2])
    assert not repeats([1], [1, 2])
    assert not repeats([1, 2], [])


def test_newcombes_published_intervals():
    """Newcombe 1998, table II: 56/70 against 48/80, and 10/10 against 0/20, by method 10."""
    first = difference(share([True] * 56 + [False] * 14, 0.95), share([True] * 48 + [False] * 32, 0.95))
    assert (first.value, first.low, first.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)
    second = difference(share([True] * 10, 0.95), share([False] * 20, 0.95))
    assert (second.value, second.low, second.high) == pytest.approx((1.0, 0.6791, 1.0), abs=5e-5)


def test_nobody_at_all_says_nothing():
    none = share([], 0.95)
    assert (none.low, none.high) == (0, 1)
    assert difference(share([True] * 5, 0.95), none).low <= 0


def test_rows_that_are_copies_of_one_another_count_once():
    """Each of ten rows four times over: by groups the interval is all but that of ten rows, and not that of forty."""
    ten = [True] * 3 + [False] * 7
    alone, copies = share(ten, 0.95), [one for one in ten for _ in range(4)]
    grouped = share(copies, 0.95, np.repeat(np.arange(10), 4))
    plain = share(copies, 0.95)
    assert (grouped.value, grouped.rows) == (alone.value, 40)
    assert grouped.low < alone.low + 0.02 < plain.low
    assert plain.high < alone.high - 0.02 < grouped.high
    apart, strangers = (difference(one, share([False] * 40, 0.95)) for one in (grouped, plain))
    assert apart.low < strangers.low
    assert apart.high > strangers.high


def test_groups_of_one_row_each_change_nothing():
    found = [True, False, False, True, False]
    assert share(found, 0.95, np.arange(5)) == share(found, 0.95)
