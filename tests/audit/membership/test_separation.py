"""Areas are what counting pairs gives, and their intervals hold what they promise, alone and all together."""

from itertools import product
from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from finewright.audit.membership.separation import areas, simultaneous

Z = 1.959964


def draws(shift: float, members: int, hold_outs: int, seed: int, attacks: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Scores of which the members' lie `shift` standard deviations higher."""
    chance = np.random.default_rng(seed)
    return chance.standard_normal((attacks, members)) + shift, chance.standard_normal((attacks, hold_outs))


@settings(max_examples=25)
@given(st.lists(st.integers(0, 5), min_size=2, max_size=12), st.lists(st.integers(0, 5), min_size=2, max_size=12))
def test_an_area_is_the_share_of_pairs_that_are_in_order(members: list[int], hold_outs: list[int]) -> None:
    pairs = [(one > other) + (one == other) / 2 for one, other in product(members, hold_outs)]
    found = areas(np.array([members], dtype=float), np.array([hold_outs], dtype=float))
    assert found.areas[0] == pytest.approx(np.mean(pairs))


@settings(max_examples=25)
@given(st.lists(st.integers(0, 5), min_size=2, max_size=9), st.lists(st.integers(0, 5), min_size=2, max_size=9))
def test_the_variance_is_that_of_the_pairs_by_their_definition(members: list[int], hold_outs: list[int]) -> None:
    order = np.array([[(one > other) + (one == other) / 2 for other in hold_outs] for one in members])
    m, n = order.shape
    wanted = np.var(order.mean(axis=1), ddof=1) / m + np.var(order.mean(axis=0), ddof=1) / n
    found = areas(np.array([members], dtype=float), np.array([hold_outs], dtype=float))
    assert found.covariance[0, 0] == pytest.approx(wanted, abs=1e-12)


@pytest.mark.parametrize("shift", [0.0, 0.5, 1.0, 2.0])
def test_a_known_shift_gives_the_area_of_theory(shift: float) -> None:
    found = areas(*draws(shift, 4000, 4000, seed=3))
    assert found.areas[0] == pytest.approx(norm.cdf(shift / sqrt(2)), abs=4 * sqrt(found.covariance[0, 0]))


@pytest.mark.parametrize(("shift", "members", "hold_outs"), [(0.0, 40, 40), (1.0, 120, 40), (2.5, 60, 60)])
def test_intervals_hold_the_truth_as_often_as_they_promise(shift: float, members: int, hold_outs: int) -> None:
    truth, held = norm.cdf(shift / sqrt(2)), []
    for seed in range(200):
        figure = areas(*draws(shift, members, hold_outs, seed)).figure(0, Z)
        held.append(figure.low <= truth <= figure.high)
    assert np.mean(held) >= 0.91  # of 200 draws at 95 % fewer come about once in fifty times


def test_an_interval_at_the_end_still_has_a_width() -> None:
    figure = areas(np.ones((1, 30)), np.zeros((1, 40))).figure(0, Z)
    assert (figure.value, figure.high, figure.rows) == (1.0, 1.0, 70)
    low = figure.low
    assert 0.8 < low < 0.99
    tied = (1 - low) / (2 - low) + low / (1 + low)
    variance = low * (1 - low) * (1 + 34 * tied) / 1200  # Newcombe's method 5, written out for 30 and 40 rows
    assert (1 - low) ** 2 == pytest.approx(Z**2 * variance)


def test_at_a_half_the_width_is_that_of_the_rank_sum_test() -> None:
    found = areas(np.array([[1.0, 4.0]]), np.array([[2.0, 3.0]]))
    assert found.areas[0] == 0.5
    low, high = found.interval(0.5, 1.0, 1e-3)
    assert high - low == pytest.approx(2e-3 * sqrt(5 / 48), rel=1e-3)


def test_copies_of_a_row_say_nothing_more() -> None:
    members, hold_outs = draws(0.8, 40, 40, seed=1)
    once = areas(members, hold_outs)
    groups = np.tile(np.arange(80).reshape(2, 40), (1, 5)).reshape(-1)
    fivefold = areas(np.tile(members, 5), np.tile(hold_outs, 5), groups)
    assert fivefold.covariance[0, 0] == pytest.approx(once.covariance[0, 0])
    assert areas(np.tile(members, 5), np.tile(hold_outs, 5)).covariance[0, 0] < 0.3 * once.covariance[0, 0]
    assert areas(np.tile(members, 5) + 9, np.tile(hold_outs, 5), groups).figure(0, Z).low < 0.97


def test_a_group_with_rows_on_both_sides_cancels_out() -> None:
    rows = np.repeat(np.random.default_rng(2).standard_normal(60), 2).reshape(60, 2)  # what a group says, on each side
    apart = areas(rows[:, 0][None], rows[:, 1][None])
    joined = areas(rows[:, 0][None], rows[:, 1][None], np.tile(np.arange(60), 2))
    assert apart.covariance[0, 0] > 1e-3
    assert joined.covariance[0, 0] == pytest.approx(0.0, abs=1e-9)


def test_several_attacks_together_stray_as_far_as_their_correlation_lets_them() -> None:
    one = draws(0.0, 50, 50, seed=5)
    alone = simultaneous(areas(*one), 0.95)
    same = simultaneous(areas(np.tile(one[0], (5, 1)), np.tile(one[1], (5, 1))), 0.95)
    apart = simultaneous(areas(*draws(0.0, 4000, 4000, seed=5, attacks=5)), 0.95)
    assert [alone, same] == pytest.approx([Z, Z], abs=0.03)
    assert apart == pytest.approx(norm.ppf((1 + 0.95 ** (1 / 5)) / 2), abs=0.04)  # Sidak, of independent ones


def test_the_best_of_several_attacks_that_all_are_nothing_is_told_from_chance_no_more_often_than_one() -> None:
    alarms = []
    for seed in range(40):
        found = areas(*draws(0.0, 60, 60, seed, attacks=5))
        errors = simultaneous(found, 0.95)
        alarms.append(max(found.figure(at, errors).low for at in range(5)) > 0.5)
    assert np.mean(alarms) <= 0.08  # at half of 5 % to this side; each by itself would give a tenth and more


def test_the_least_area_that_shows_is_the_least_that_shows() -> None:
    found = areas(*draws(0.0, 100, 50, seed=1))
    least = found.least(Z, 1.0)
    assert found.interval(least + 1e-3, 1.0, Z)[0] > 0.5 > found.interval(least - 1e-3, 1.0, Z)[0]


def test_rows_of_a_group_widen_the_interval_of_an_area() -> None:
    members, hold_outs = draws(0.8, 40, 40, seed=1)
    groups = np.tile(np.arange(80).reshape(2, 40), (1, 5)).reshape(-1)
    once, copied = areas(members, hold_outs), (np.tile(members, 5), np.tile(hold_outs, 5))
    width = {}
    for name, found in (("once", once), ("grouped", areas(*copied, groups)), ("strangers", areas(*copied))):
        figure = found.figure(0, Z)
        width[name] = figure.high - figure.low
    assert width["grouped"] == pytest.approx(width["once"], rel=0.1)
    assert width["strangers"] < 0.6 * width["once"]
