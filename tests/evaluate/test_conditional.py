"""Exact conditional regression against a slow count of every outcome, and kappa against its definition."""

from itertools import product
from math import exp, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from finewright.evaluate.statistics.cohen import cohen, cohen_figure
from finewright.evaluate.statistics.conditional import beyond
from finewright.evaluate.statistics.intervals import value_of
from finewright.evaluate.statistics.paired import mcnemar

Rows = list[tuple[int, bool]]


def slow_tails(rows: Rows, beta: float) -> tuple[float, float]:
    """P(sum y <= seen) and P(sum y >= seen) given sum x y, over all outcomes of the rows."""
    known, seen = [x for x, _ in rows], [y for _, y in rows]
    held, at = sum(x * y for x, y in rows), sum(seen)
    weights: dict[int, float] = {}
    for ys in product((0, 1), repeat=len(rows)):
        if sum(x * y for x, y in zip(known, ys, strict=True)) == held:
            weights[sum(ys)] = weights.get(sum(ys), 0.0) + exp(beta * sum(ys))
    total = sum(weights.values())
    return (
        sum(weight for of, weight in weights.items() if of <= at) / total,
        sum(weight for of, weight in weights.items() if of >= at) / total,
    )


@given(st.lists(st.tuples(st.sampled_from([-1, 0, 1]), st.booleans()), min_size=1, max_size=8))
def test_the_p_value_and_the_interval_are_those_of_counting_every_outcome(rows: Rows) -> None:
    found = beyond([x for x, _ in rows], [y for _, y in rows], 0.9)
    if found is None:
        return
    assert found.p == pytest.approx(min(1.0, 2 * min(slow_tails(rows, 0.0))))
    for share, tail in ((found.high, 0), (found.low, 1)):
        if 1e-9 < share < 1 - 1e-9:
            assert slow_tails(rows, log(share / (1 - share)))[tail] == pytest.approx(0.05, abs=1e-6)
    assert found.low <= found.share <= found.high


def test_without_anything_known_it_is_the_sign_test() -> None:
    found = beyond([0] * 10, [True] * 8 + [False] * 2, 0.95)
    assert found is not None
    assert found.p == pytest.approx(mcnemar(8, 2))
    assert found.share == pytest.approx(0.8)


def test_what_is_known_explains_what_it_explains() -> None:
    """Ten times the one with more is better and preferred, ten times worse and not: no sign of the trait itself."""
    found = beyond([1] * 10 + [-1] * 10, [True] * 10 + [False] * 10, 0.95)
    assert found is None  # the rows tell of what is known alone
    found = beyond([1] * 30 + [-1] * 10, [True] * 27 + [False] * 3 + [False] * 9 + [True], 0.95)
    assert found is not None
    assert found.p > 0.5  # although the one with more was preferred in 28 of 40
    assert beyond([0] * 40, [True] * 28 + [False] * 12, 0.95).p < 0.05  # type: ignore[union-attr]


def test_a_trait_that_always_wins_has_an_end_and_no_failure() -> None:
    found = beyond([0] * 20 + [1] * 5 + [-1] * 5, [True] * 30, 0.95)
    assert found is not None
    assert found.high == pytest.approx(1)
    assert 0.5 < found.low < 1
    assert found.p < 0.001


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=2, max_size=30))
def test_kappa_is_that_of_another_implementation(pairs: list[tuple[int, int]]) -> None:
    left, right = np.array(pairs).T
    if len({*left, *right}) > 1:
        mine = value_of(cohen(left, right, np.arange(len(left)), 3), len(left))
        assert mine == pytest.approx(cohen_kappa_score(left, right), abs=1e-9)


def test_labels_of_one_row_are_drawn_together() -> None:
    """The same forty labels say less where they are of ten rows, four alike in each, than where they are of forty."""
    left = np.repeat(np.arange(10) % 2, 4)
    right = np.where(np.repeat(np.arange(10), 4) < 2, 1 - left, left)
    apart = cohen_figure(cohen(left, right, np.arange(40), 2), 40, 40, 0.95)
    together = cohen_figure(cohen(left, right, np.repeat(np.arange(10), 4), 2), 10, 40, 0.95)
    assert apart.value == together.value
    assert together.high - together.low > 1.3 * (apart.high - apart.low)


def test_perfect_agreement_on_few_or_one_sided_labels_is_not_certain() -> None:
    many, few = (np.arange(rows) % 2 for rows in (200, 8))
    rare = (np.arange(40) == 0).astype(np.int64)
    lows = [
        cohen_figure(cohen(one, one, np.arange(len(one)), 2), len(one), len(one), 0.95).low for one in (many, few, rare)
    ]
    assert lows[0] > 0.95
    assert lows[1] < 0.7
    assert lows[2] == 0  # a third of the resamples lack the one rare label
