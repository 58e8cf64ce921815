"""The exact search against the obvious one: compare everything with everything."""

import time
import tracemalloc
from itertools import combinations, product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from finewright.base import near_search
from finewright.base.nearness import grams, jaccard, near_pairs, near_within, normalised

# Few letters and repeated pieces, so that near pairs are common.
PIECES = st.sampled_from(["refund", "card ", "CARD ", "aaaa", "b", " ", "top-up", "ß", "\n"])
TEXTS = st.lists(st.lists(PIECES, max_size=12).map("".join), max_size=14)
THRESHOLDS = st.sampled_from([0.05, 0.3, 0.5, 2 / 3, 0.75, 0.9, 0.99, 1.0]) | st.floats(0.01, 1.0)


@given(TEXTS, TEXTS, THRESHOLDS)
@example(["abcdef"], ["abcdefg"], 2 / 3)
def test_pairs_equal_the_obvious_search(left: list[str], right: list[str], threshold: float) -> None:
    obvious = [(i, j, jaccard(a, b)) for (i, a), (j, b) in product(enumerate(left), enumerate(right))]
    assert near_pairs(left, right, threshold) == [pair for pair in obvious if pair[2] >= threshold]


@given(TEXTS, THRESHOLDS)
def test_within_equals_the_obvious_search(texts: list[str], threshold: float) -> None:
    obvious = [(i, j, jaccard(a, b)) for (i, a), (j, b) in combinations(enumerate(texts), 2)]
    assert near_within(texts, threshold) == [pair for pair in obvious if pair[2] >= threshold]


@given(st.lists(st.lists(st.integers(0, 30)), max_size=8), st.integers(0, 6))
def test_candidates_are_told_once_however_few_may_wait(parts: list[list[int]], waiting: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(near_search, "_WAITING", waiting)
        found = near_search._distinct(np.array(part, np.uint64) for part in parts)
    assert found.tolist() == sorted({number for part in parts for number in part})


def test_candidates_that_come_again_and_again_take_no_room() -> None:
    part = np.arange(1 << 16, dtype=np.uint64)
    tracemalloc.start()
    try:
        assert len(near_search._distinct(part.copy() for _ in range(40))) == len(part)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 24 * part.nbytes


def test_jaccard_by_hand() -> None:
    """abcdef has abcde, bcdef; abcdeg has abcde, bcdeg: one shared of three."""
    assert jaccard("abcdef", "abcdeg") == 1 / 3
    assert jaccard("Hello  World", " hello world\n") == 1.0
    assert jaccard("yes", "yes") == 1.0
    assert jaccard("yes", "yesss") == 0.0


def test_a_short_text_is_its_own_gram() -> None:
    assert grams("Yes ") == {"yes"}
    assert grams("") == {""}
    assert grams("abcde") == {"abcde"}


def test_normalised_folds_case_and_white_space() -> None:
    assert normalised("  STRASSE\t\u00a0Straße \n") == "strasse strasse"


@pytest.mark.parametrize("threshold", [0, -0.1, 1.1])
def test_a_threshold_outside_the_range_is_refused(threshold: float) -> None:
    with pytest.raises(ValueError, match="threshold"):
        near_pairs(["a"], ["b"], threshold)


@pytest.mark.shared
def test_banking77_in_seconds(shared: Path) -> None:
    """10,003 by 3,080 texts; 31 million comparisons for the obvious search."""
    left, right = ((shared / "banking77" / name).read_text().splitlines()[1:] for name in ("train.csv", "test.csv"))
    start = time.process_time()
    found = near_pairs(left, right, 0.9)
    assert time.process_time() - start < 10
    assert found
    assert all(jaccard(left[i], right[j]) == similarity >= 0.9 for i, j, similarity in found)
