"""Statistics by group: the plain ones where groups are single rows, derivations by hand, and coverage by simulation."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finewright.evaluate.statistics.clusters import (
    clustered,
    clustered_bootstrap,
    clustered_difference,
    clustered_replicates,
    clustered_wilson,
    design_effect,
    joined,
    numbered,
    sign_flip,
)
from finewright.evaluate.statistics.intervals import replicates, wilson
from finewright.evaluate.statistics.paired import Pairs, difference_interval, mcnemar, paired_bootstrap

SINGLE = np.arange


def outcomes(rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    draws = np.random.default_rng(seed)
    return draws.random(rows) < 0.7, draws.random(rows) < 0.6


def pairs_of(mine: np.ndarray, theirs: np.ndarray) -> Pairs:
    counts = (mine & theirs, mine & ~theirs, ~mine & theirs, ~mine & ~theirs)
    return Pairs(*(int(one.sum()) for one in counts))


@given(st.integers(7, 60), st.integers(0, 1000))
def test_single_rows_give_the_plain_figures(rows: int, seed: int) -> None:
    mine, theirs = outcomes(rows, seed)
    right, differences = mine.astype(float), mine.astype(float) - theirs
    alone, pairs = SINGLE(rows), pairs_of(mine, theirs)
    assert clustered_wilson(right, alone, 0.95) == pytest.approx(wilson(int(mine.sum()), rows, 0.95), abs=1e-12)
    assert sign_flip(differences.astype(int), alone) == pytest.approx(mcnemar(pairs.won, pairs.lost), abs=1e-9)
    low, high, effect = clustered_difference(pairs, differences, alone, 0.95)
    assert (low, high) == pytest.approx(difference_interval(pairs, 0.95), abs=1e-12)
    assert effect == pytest.approx(1)


def test_single_rows_resample_alike() -> None:
    values = np.random.default_rng(1).random(40)
    plain = replicates(lambda weights: weights @ values, 40)
    assert clustered_replicates(lambda weights: weights @ values, SINGLE(40)) == pytest.approx(plain, rel=1e-12)
    assert clustered_bootstrap(values, SINGLE(40), 0.95) == pytest.approx(paired_bootstrap(values, 0.95))


@given(st.lists(st.tuples(st.integers(-1, 1), st.integers(0, 5)), min_size=1, max_size=25))
def test_the_sign_flip_test_counts_all_signs(rows: list[tuple[int, int]]) -> None:
    differences, groups = np.array([one for one, _ in rows]), numbered([name for _, name in rows])
    totals = [int(differences[groups == group].sum()) for group in range(groups.max() + 1)]
    far = [
        abs(sum(s * t for s, t in zip(signs, totals, strict=True))) >= abs(sum(totals))
        for signs in product((-1, 1), repeat=len(totals))
    ]
    assert sign_flip(differences, groups) == pytest.approx(sum(far) / len(far), abs=1e-9)


def test_copies_of_a_row_are_worth_one_row() -> None:
    right = np.array([1.0, 0, 1, 1, 0, 1, 1, 0, 1, 1, 1, 0])
    groups = np.repeat(SINGLE(12), 5)
    # Groups of five copies: variance G/(G-1) * 25 * SS / N^2 over N/(N-1) * 5 * SS / N^2 = 5 * (12/11) / (60/59).
    assert design_effect(np.repeat(right, 5), groups) == pytest.approx(5 * (12 / 11) / (60 / 59))
    low, high = clustered_wilson(np.repeat(right, 5), groups, 0.95)
    plain = wilson(8, 12, 0.95)
    assert low <= plain[0] + 0.01
    assert high >= plain[1] - 0.01


def test_where_all_are_right_the_groups_are_what_counts() -> None:
    low, high = clustered_wilson(np.ones(100), np.repeat(SINGLE(10), 10), 0.95)
    assert high == 1
    assert low < wilson(10, 10, 0.95)[0] + 1e-9


def test_one_group_tells_nothing() -> None:
    right = np.array([1.0, 0, 1, 1])
    low, high = clustered_wilson(right, np.zeros(4, dtype=int), 0.95)
    assert low < 0.05
    assert high > 0.95
    assert sign_flip(np.array([1, 1, 1, 1]), np.zeros(4, dtype=int)) == 1


def test_names_are_numbered_as_they_come() -> None:
    assert numbered(["b", "a", "b", "c"]).tolist() == [0, 1, 0, 2]
    assert clustered(numbered(["b", "a", "b"]))
    assert not clustered(numbered(["b", "a"]))


def grouped(draws: np.random.Generator, groups: int, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two arms, 70% right each, whose answers hang together within groups: shares per group are Beta(1.4, 0.6)."""
    at = np.repeat(SINGLE(groups), size)
    mine, theirs = (draws.random(groups * size) < draws.beta(1.4, 0.6, groups)[at] for _ in range(2))
    return at, mine, theirs


def test_coverage_and_level_are_nominal_where_rows_hang_together() -> None:
    """300 samples of 40 groups of 8 rows. Plain figures, the planted fault, miss by far; clustered ones do not."""
    draws, trials = np.random.default_rng(3), 300
    held, plainly_held, rejected, plainly_rejected, within = 0, 0, 0, 0, 0
    for _ in range(trials):
        at, mine, theirs = grouped(draws, 40, 8)
        low, high = clustered_wilson(mine.astype(float), at, 0.95)
        plain, pairs = wilson(int(mine.sum()), len(mine), 0.95), pairs_of(mine, theirs)
        differences = mine.astype(int) - theirs
        bottom, top, _ = clustered_difference(pairs, differences.astype(float), at, 0.95)
        held += low <= 0.7 <= high
        plainly_held += plain[0] <= 0.7 <= plain[1]
        within += bottom <= 0 <= top
        rejected += sign_flip(differences, at) < 0.05
        plainly_rejected += mcnemar(pairs.won, pairs.lost) < 0.05
    # 95% of 300 is 285 with a standard deviation of 3.8; 5% is 15.
    assert 272 <= held <= 297
    assert 272 <= within <= 298
    assert rejected <= 26
    assert plainly_held < 250
    assert plainly_rejected > 40


def test_the_clustered_bootstrap_covers() -> None:
    draws, trials, held = np.random.default_rng(5), 100, 0
    for _ in range(trials):
        at, mine, theirs = grouped(draws, 40, 4)
        low, high, _ = clustered_bootstrap(mine.astype(float) - theirs, at, 0.95)
        held += low <= 0 <= high
    assert held >= 88


@given(st.lists(st.sets(st.sampled_from("abcdef"), max_size=3), max_size=8))
def test_whatever_has_a_group_in_common_is_joined(names: list[set[str]]) -> None:
    """Against paths in the graph of rows and names, walked until nothing is added."""
    found = joined(names)
    for row, own in enumerate(names):
        reached, before = set(own), set[str]()
        while reached != before:
            before = set(reached)
            reached = reached.union(*(other for other in names if other & reached))
        near = {at for at, other in enumerate(names) if other & reached} | {row}
        assert {at for at in range(len(names)) if found[at] == found[row]} == near
