"""nDCG, reciprocal rank and recall, each against a derivation by hand."""

import itertools
from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finewright.evaluate.scorers.ranking import ndcg, recall, reciprocal_rank

GAINS = {"a": 2.0, "b": 1.0, "c": 1.0}


def test_ndcg_by_hand() -> None:
    # Gains 2^2 - 1 = 3 at rank 2 and 2^1 - 1 = 1 at rank 3; the best order has 3, 1, 1 at ranks 1 to 3.
    found = 3 / log2(3) + 1 / log2(4)
    best = 3 / log2(2) + 1 / log2(3) + 1 / log2(4)
    assert ndcg(["x", "a", "b"], GAINS, 3) == pytest.approx(found / best)
    # Cut at 2 both lose their third place: 3 / log2(3) over 3 + 1 / log2(3).
    assert ndcg(["x", "a", "b"], GAINS, 2) == pytest.approx((3 / log2(3)) / (3 + 1 / log2(3)))


def test_of_yes_and_no_the_gain_is_one() -> None:
    assert ndcg(["x", "a"], {"a": 1}, 10) == pytest.approx(1 / log2(3))


def test_reciprocal_rank_and_recall_by_hand() -> None:
    ranking = ["x", "y", "c", "a"]
    assert reciprocal_rank(ranking, GAINS, 10) == pytest.approx(1 / 3)
    assert reciprocal_rank(ranking, GAINS, 2) == 0
    assert recall(ranking, GAINS, 3) == pytest.approx(1 / 3)
    assert recall(ranking, GAINS, 10) == pytest.approx(2 / 3)
    assert recall(["z"], {"a": 1, "z": 0}, 1) == 0


def test_repeating_a_name_gains_nothing() -> None:
    assert ndcg(["a", "a", "a"], GAINS, 3) == ndcg(["a", "x", "y"], GAINS, 3)
    assert recall(["b", "b", "b"], GAINS, 3) == pytest.approx(1 / 3)


@given(st.lists(st.sampled_from("abcxyz"), unique=True), st.integers(1, 7))
def test_no_order_is_better_than_the_best_of_all(ranking: list[str], k: int) -> None:
    assert 0 <= ndcg(ranking, GAINS, k) <= 1 + 1e-12
    assert max(ndcg(list(order), GAINS, k) for order in itertools.permutations("abc")) == pytest.approx(1)


@pytest.mark.parametrize(("gains", "k"), [({}, 1), ({"a": 0}, 1), ({"a": 1, "b": -1}, 1), ({"a": 1}, 0)])
@pytest.mark.parametrize("figure", [ndcg, reciprocal_rank, recall])
def test_what_has_no_meaning_is_refused(figure, gains: dict[str, float], k: int) -> None:
    with pytest.raises(ValueError, match="at least one relevant"):
        figure(["a"], gains, k)
