"""Members found at one false positive in a hundred: what is counted, and how little few hold-outs say of it."""

import numpy as np
import pytest
from scipy.stats import norm

from finewright.audit.membership.low_rate import Worth, allowed, found_at


@pytest.mark.parametrize(("hold_outs", "wrong"), [(20, 0), (99, 0), (100, 1), (121, 1), (199, 1), (500, 5)])
def test_so_many_hold_outs_may_be_taken_for_members(hold_outs: int, wrong: int) -> None:
    assert allowed(hold_outs) == wrong


def test_members_above_the_second_of_121_hold_outs_are_found() -> None:
    hold_outs = np.arange(121.0)
    members = np.array([118.5, 119.0, 119.5, 120.0, 121.0])  # one hold-out may be above: the threshold is 119
    assert found_at(members, hold_outs, 0.95).value == 3 / 5


def test_ties_never_let_more_hold_outs_pass_than_are_allowed() -> None:
    assert found_at(np.full(50, 1.0), np.full(200, 1.0), 0.95).value == 0.0


@pytest.mark.parametrize("hold_outs", [121, 500])
def test_where_nothing_was_learned_one_in_a_hundred_is_found(hold_outs: int) -> None:
    chance = np.random.default_rng(4)
    found = [found_at(chance.standard_normal(300), chance.standard_normal(hold_outs), 0.95) for _ in range(40)]
    expected = (allowed(hold_outs) + 1) / (hold_outs + 1)  # the mean of the beta distribution behind the threshold
    assert np.mean([one.value for one in found]) == pytest.approx(expected, abs=0.006)
    assert all(one.low <= 0.03 for one in found)
    assert np.mean([one.low <= 0.01 <= one.high for one in found]) >= 0.9


def test_a_known_shift_gives_the_rate_of_theory_and_intervals_hold_it() -> None:
    chance, truth = np.random.default_rng(5), 1 - norm.cdf(norm.ppf(0.99) - 1.5)
    found = [found_at(chance.standard_normal(500) + 1.5, chance.standard_normal(500), 0.95) for _ in range(40)]
    assert np.mean([one.value for one in found]) == pytest.approx(truth, abs=0.05)
    assert np.mean([one.low <= truth <= one.high for one in found]) >= 0.9
    assert np.mean([one.low > 0.03 for one in found]) >= 0.9


def test_121_hold_outs_tell_a_full_leak_and_not_its_size() -> None:
    figure = found_at(np.full(500, 9.0), np.random.default_rng(1).standard_normal(121), 0.95)
    assert figure.value == figure.high == 1.0
    assert 0.03 < figure.low < 0.5


def test_rows_of_one_group_say_less() -> None:
    chance = np.random.default_rng(6)
    members, hold_outs = chance.standard_normal(60) + 2, chance.standard_normal(60)
    groups = np.repeat(np.arange(120), 4)
    apart = found_at(np.repeat(members, 4), np.repeat(hold_outs, 4), 0.95)
    together = found_at(np.repeat(members, 4), np.repeat(hold_outs, 4), 0.95, groups)
    assert together.value == apart.value
    assert together.low < apart.low < apart.high <= together.high


def test_the_least_share_that_shows_is_the_least_that_shows() -> None:
    worth = Worth(200, 300)
    least = worth.least(0.01, 0.95)
    assert worth.interval(least, 0.01, 0.95)[0] > 0.01 >= worth.interval(least - 1 / 200, 0.01, 0.95)[0]
