"""Exposure's statistics against the law they are said to follow, by drawing ranks."""

from math import log2

import numpy as np
import pytest
from scipy.special import gammaincinv

from finewright.audit.canaries.exposure import NULL, exposure, exposures
from finewright.audit.canaries.ranking import Rank

CANDIDATES = 10_000
CEILING = log2(CANDIDATES)


def of_ranks(ranks: np.ndarray) -> list[float]:
    return [exposure(Rank(int(one) - 1, 0, CANDIDATES, 0)) for one in ranks]


def test_the_likeliest_is_at_the_ceiling_and_the_last_at_nought():
    assert exposure(Rank(0, 0, CANDIDATES, 0)) == pytest.approx(13.2877, abs=1e-4)
    assert exposure(Rank(CANDIDATES - 1, 0, CANDIDATES, 0)) == 0


def test_uniform_ranks_give_the_null():
    values = of_ranks(np.random.Generator(np.random.PCG64(0)).integers(1, CANDIDATES + 1, 20_000))
    assert pytest.approx(1.4427, abs=1e-4) == NULL
    assert np.mean(values) == pytest.approx(NULL, abs=0.03)


@pytest.mark.parametrize("count", [1, 4, 16])
def test_under_the_null_p_values_are_not_too_small_and_intervals_hold_the_mean(count):
    draws = np.random.Generator(np.random.PCG64(count))
    found = [exposures(of_ranks(draws.integers(1, CANDIDATES + 1, count)), CEILING, 0.9) for _ in range(400)]
    assert np.mean([one.p <= 0.05 for one in found]) <= 0.08
    assert np.mean([one.p <= 0.5 for one in found]) == pytest.approx(0.5, abs=0.1)
    assert np.mean([one.mean.low <= NULL <= one.mean.high for one in found]) >= 0.88


def test_what_was_learned_is_told_from_the_null():
    found = exposures(of_ranks(np.array([1, 1, 2, 5])), CEILING, 0.95)
    assert found.p < 1e-6
    assert found.mean.low > NULL
    assert found.mean.high <= CEILING
    assert found.most == CEILING


def test_few_learned_among_many_widen_the_interval():
    ranks = np.random.Generator(np.random.PCG64(1)).integers(1, CANDIDATES + 1, 30)
    mixed = exposures(of_ranks(np.concatenate([ranks, [1, 1]])), CEILING, 0.95)
    assert mixed.mean.low < mixed.mean.value < mixed.mean.high


def test_what_is_detectable_is_detected_in_four_of_five_cases():
    count, draws = 8, np.random.Generator(np.random.PCG64(3))
    needed = exposures([NULL] * count, 100.0, 0.95).detectable
    told = [exposures(list(draws.exponential(needed, count)), 100.0, 0.95).p <= 0.05 for _ in range(1000)]
    assert np.mean(told) == pytest.approx(0.8, abs=0.04)


def test_a_mixture_is_told_wider_than_exponential_exposures_would_be():
    """Two canaries of 32 said at once, the rest at the foot: more spread than an exponential of that mean has."""
    values = [CEILING] * 2 + [0.05] * 30
    found, mean = exposures(values, CEILING, 0.95).mean, float(np.mean(values))
    exact = (32 * mean / gammaincinv(32, q) for q in (0.975, 0.025))
    low, high = exact
    assert found.low < 0.9 * low
    assert found.high > 1.1 * high
