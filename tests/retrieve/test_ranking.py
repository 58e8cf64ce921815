"""The best of many, nearness by product and by faiss, and fusion by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finewright.retrieve.dense import by_faiss, by_product
from finewright.retrieve.ranking import Ranking, best, fused


@given(st.lists(st.integers(0, 4), max_size=30), st.integers(1, 40))
def test_the_best_are_the_first_of_a_full_sort_and_ties_keep_their_order(scores: list[int], k: int) -> None:
    found = best(np.array(scores, np.float32), k)
    wanted = sorted(range(len(scores)), key=lambda row: (-scores[row], row))[:k]
    assert found.rows.tolist() == wanted
    assert found.scores.tolist() == [scores[row] for row in wanted]


def test_fusion_by_hand() -> None:
    words = Ranking(np.array([7, 3, 5]), np.array([9, 8, 1], np.float32))
    sense = Ranking(np.array([3, 9]), np.array([0.9, 0.2], np.float32))
    found = fused([words, sense], 3)
    # 3: 1/62 + 1/61; 7: 1/61; 9: 1/62; 5: 1/63
    assert found.rows.tolist() == [3, 7, 9]
    np.testing.assert_allclose(found.scores, [1 / 62 + 1 / 61, 1 / 61, 1 / 62], rtol=1e-6)


def test_nothing_and_something_fuse_to_something() -> None:
    none = Ranking(np.empty(0, np.int64), np.empty(0, np.float32))
    assert fused([none, Ranking(np.array([4]), np.ones(1, np.float32))], 5).rows.tolist() == [4]
    assert fused([none, none], 5).rows.tolist() == []


def test_nearness_by_product_is_that_of_single_products() -> None:
    draws = np.random.default_rng(0)
    vectors, queries = draws.standard_normal((50, 8)).astype(np.float32), draws.standard_normal((70, 8))
    found = list(by_product(vectors)(queries.astype(np.float32), 5))
    wanted = [sorted(range(50), key=lambda row, query=query: -float(vectors[row] @ query))[:5] for query in queries]
    assert [one.rows.tolist() for one in found] == wanted


def test_faiss_finds_the_same() -> None:
    pytest.importorskip("faiss", reason="faiss is an extra")
    draws = np.random.default_rng(1)
    vectors, queries = (draws.standard_normal((rows, 8)).astype(np.float32) for rows in (50, 9))
    ours, theirs = (list(nearest(vectors)(queries, 60)) for nearest in (by_product, by_faiss))
    assert [one.rows.tolist() for one in ours] == [one.rows.tolist() for one in theirs]
    np.testing.assert_allclose([one.scores for one in ours], [one.scores for one in theirs], rtol=1e-4, atol=1e-5)
