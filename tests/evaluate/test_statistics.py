"""The statistics against scipy, published values, and their own promises on simulated data."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from finewright.evaluate.statistics.intervals import bias_corrected, critical, replicates, value_of, wilson
from finewright.evaluate.statistics.multiplicity import holm
from finewright.evaluate.statistics.paired import Pairs, difference_interval, mcnemar, paired_bootstrap
from finewright.evaluate.statistics.power import detectable, rows_needed

COUNTS = st.integers(0, 60)
TABLES = st.builds(Pairs, COUNTS, COUNTS, COUNTS, COUNTS).filter(lambda pairs: pairs.rows > 0)
LEVELS = st.sampled_from([0.8, 0.9, 0.95, 0.99])


@given(st.integers(1, 500), st.data(), LEVELS)
def test_wilson_is_scipys(rows, data, confidence):
    right = data.draw(st.integers(0, rows))
    theirs = stats.binomtest(right, rows).proportion_ci(confidence, method="wilson")
    assert wilson(right, rows, confidence) == pytest.approx((theirs.low, theirs.high), abs=1e-12)
    low, high = wilson(right, rows, confidence)
    assert 0 <= low <= right / rows <= high <= 1


def test_wilson_of_no_rows_knows_nothing():
    assert wilson(0, 0, 0.95) == (0.0, 1.0)


@given(COUNTS, COUNTS)
def test_mcnemar_is_the_doubled_binomial_tail(won, lost):
    p = mcnemar(won, lost)
    assert p == mcnemar(lost, won)
    assert p == pytest.approx(min(1.0, 2 * stats.binom.cdf(min(won, lost), won + lost, 0.5)))


def test_mcnemar_published():
    """Fifty sputum specimens on two media, 20 12 2 16 (Armitage & Berry 1994, p. 127): exact P = 0.0129."""
    assert mcnemar(12, 2) == pytest.approx(0.0129, abs=5e-5)
    assert mcnemar(0, 0) == 1.0


def test_difference_interval_published():
    """The same specimens, and 21 patients before and after (1 1 7 12; Fagerland, Lydersen & Laake 2014)."""
    assert difference_interval(Pairs(20, 12, 2, 16), 0.95) == pytest.approx((0.0562, 0.3292), abs=5e-5)
    assert difference_interval(Pairs(1, 1, 7, 12), 0.95) == pytest.approx((-0.507, -0.026), abs=5e-4)


@given(TABLES, LEVELS)
def test_difference_interval_holds_the_difference_and_mirrors(pairs, confidence):
    low, high = difference_interval(pairs, confidence)
    assert -1 <= low <= pairs.difference + 1e-12
    assert pairs.difference - 1e-12 <= high <= 1
    assert low < high
    mirrored = difference_interval(Pairs(pairs.both, pairs.lost, pairs.won, pairs.neither), confidence)
    assert mirrored == pytest.approx((-high, -low), abs=1e-12)


@given(TABLES)
def test_more_confidence_is_a_wider_interval(pairs):
    narrow, wide = difference_interval(pairs, 0.9), difference_interval(pairs, 0.99)
    assert wide[0] <= narrow[0]
    assert narrow[1] <= wide[1]


@pytest.mark.parametrize("chances", [(0.5, 0.2, 0.1, 0.2), (0.85, 0.06, 0.04, 0.05), (0.2, 0.5, 0.05, 0.25)])
def test_difference_interval_covers(chances):
    draws = np.random.default_rng(1).multinomial(100, chances, size=1500)
    truth = chances[1] - chances[2]
    intervals = [difference_interval(Pairs(*map(int, table)), 0.95) for table in draws]
    assert np.mean([low <= truth <= high for low, high in intervals]) >= 0.935


@pytest.mark.parametrize("discordant", [0.05, 0.2, 0.5])
def test_mcnemar_keeps_its_level_under_the_null(discordant):
    draws = np.random.default_rng(2)
    counts = draws.binomial(80, discordant, size=4000)
    p_values = [mcnemar(won, int(count) - won) for count in counts for won in [int(draws.binomial(count, 0.5))]]
    assert np.mean(np.array(p_values) < 0.05) <= 0.05
    assert np.mean(np.array(p_values) < 0.3) > 0.05


def test_paired_bootstrap_keeps_its_level_under_the_null():
    draws = np.random.default_rng(3)
    samples = draws.choice([-0.5, -0.25, 0.0, 0.25, 0.5], size=(400, 60))
    rejected = np.mean([paired_bootstrap(sample, 0.95)[2] < 0.05 for sample in samples])
    # Resampling forgets one degree of freedom; three standard errors of 400 trials come on top.
    assert rejected <= 0.05 + 0.01 + 3 * np.sqrt(0.05 * 0.95 / 400)


def test_paired_bootstrap_agrees_with_the_t_test_where_that_is_right():
    differences = np.random.default_rng(4).normal(0.1, 0.6, 150)
    low, high, p = paired_bootstrap(differences, 0.95)
    theirs = stats.ttest_1samp(differences, 0)
    assert p == pytest.approx(theirs.pvalue, abs=0.02)
    assert (low, high) == pytest.approx(tuple(theirs.confidence_interval()), abs=0.02)


def test_paired_bootstrap_of_equal_arms_finds_nothing():
    assert paired_bootstrap(np.zeros(30), 0.95) == (0.0, 0.0, 1.0)


def test_paired_bootstrap_of_a_clear_gain():
    low, high, p = paired_bootstrap(np.array([0.5, 1.0, 0.75, 0.5] * 10), 0.95)
    assert low > 0.5
    assert high < 0.9
    assert p == pytest.approx(1 / 2001)


def mean_of(values):
    return lambda weights: weights @ values / len(values)


def test_bootstrap_is_scipys_for_a_mean():
    values = np.random.default_rng(5).beta(2, 5, 120)
    drawn = replicates(mean_of(values), len(values))
    ours = bias_corrected(drawn, float(values.mean()), 0.95)
    theirs = stats.bootstrap((values,), np.mean, n_resamples=2000, method="percentile", rng=7).confidence_interval
    assert ours == pytest.approx((theirs.low, theirs.high), abs=0.005)


def test_bias_is_corrected_twice_over():
    """Replicates N(0, 1), the value half a deviation above: z0 = 0.5, so the ends are 2 z0 -+ 1.96 (Efron 1981)."""
    drawn = stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000)
    assert bias_corrected(drawn, 0.5, 0.95) == pytest.approx((1 - 1.96, 1 + 1.96), abs=0.01)


def test_bootstrap_cut_into_blocks_draws_as_many_and_the_same_each_time(monkeypatch):
    values = np.arange(50.0)
    whole = replicates(mean_of(values), 50, 300)
    monkeypatch.setattr("finewright.evaluate.statistics.intervals._CELLS", 50 * 70)
    blocks = replicates(mean_of(values), 50, 300)
    assert np.array_equal(whole, blocks)
    assert len(whole) == 300


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40), LEVELS)
@settings(max_examples=30)
def test_bootstrap_holds_the_value(values, confidence):
    statistic = mean_of(np.array(values))
    value = value_of(statistic, len(values))
    low, high = bias_corrected(replicates(statistic, len(values), 200), value, confidence)
    assert low <= value <= high


def test_holm_published():
    """Four p-values 0.01, 0.04, 0.03, 0.005 give 0.03, 0.06, 0.06, 0.02 (Holm's steps by hand: x3, max, x2, x4)."""
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_never_helps_and_keeps_the_order(p_values):
    adjusted = holm(p_values)
    assert all(p <= ours <= 1 for p, ours in zip(p_values, adjusted, strict=True))
    assert max(adjusted) <= min(1.0, len(p_values) * max(p_values))
    in_order = [ours for _, ours in sorted(zip(p_values, adjusted, strict=True))]
    assert in_order == sorted(in_order)


def test_rows_needed_published():
    """Connor 1987: p10 = 0.45, p01 = 0.05 at 5% and 80% power need 23 pairs; 0.30 and 0.15 need 155."""
    assert rows_needed(450, 50, 1000, 0.95) == 23
    assert rows_needed(300, 150, 1000, 0.95) == 155


def test_rows_needed_is_enough_for_the_exact_test():
    rows = rows_needed(18, 9, 100, 0.95)
    draws = np.random.default_rng(6).multinomial(rows, [0.18, 0.09, 0.73], size=1500)
    power = np.mean([mcnemar(int(won), int(lost)) < 0.05 for won, lost, _ in draws])
    # The exact test is a little stricter than the approximation behind the formula.
    assert 0.72 <= power <= 0.85


def test_rows_needed_where_nothing_can_be_named():
    assert rows_needed(5, 5, 100, 0.95) is None
    assert rows_needed(0, 0, 100, 0.95) is None


def test_one_sided_discordance_still_needs_six_such_rows():
    """Five rows, all won: the exact test gives 2 / 2^5 = 0.0625, so six are the fewest that reach 0.05."""
    assert rows_needed(5, 0, 5, 0.95) == 6


@given(st.integers(1, 40), st.integers(1, 40), st.integers(100, 3000))
def test_detectable_solves_connors_formula(won, lost, rows):
    delta = detectable(won, lost, rows, 0.95)
    psi = (won + lost) / rows
    if delta is None:
        return
    assert 0 < delta <= psi
    z_power = float(stats.norm.ppf(0.8))
    needed = ((critical(0.95) * psi**0.5 + z_power * (psi - delta**2) ** 0.5) / delta) ** 2
    assert needed == pytest.approx(rows, rel=1e-6)


def test_detectable_of_too_little_is_none():
    assert detectable(0, 0, 100, 0.95) is None
    assert detectable(1, 1, 100, 0.95) is None
    assert detectable(1, 0, 2, 0.95) is None
