"""Corrected shares against worked figures, against simulation, and in the corners."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finewright.audit.detectors.accuracy import Accuracy
from finewright.audit.redteam.correction import corrected, corrected_change, none_in, together
from finewright.base.results import Figure
from finewright.evaluate.statistics.paired import Pairs, difference_interval

SIMULATED = 1000


def detector(positives, caught, negatives, passed):
    return Accuracy("any", positives, caught, negatives, passed)


def test_the_share_is_rogan_and_gladen_s():
    # 23 of 150 at a sensitivity of 0.96 and a specificity of 0.89: 5.1 % (the example of epiR's epi.prev).
    assert corrected(23, 150, detector(100, 96, 100, 89), 0.95).value == pytest.approx(0.051, abs=5e-4)


def test_a_detector_that_never_errs_leaves_the_share():
    assert corrected(30, 100, detector(10**6, 10**6, 10**6, 10**6), 0.95).value == pytest.approx(0.3)


def test_what_the_detector_would_flag_by_mistake_is_no_harm():
    found = corrected(2, 40, detector(20, 18, 20, 18), 0.95)
    assert found.value == 0
    assert found.low == 0
    assert found.high > 0


def test_a_detector_no_better_than_a_coin_corrects_nothing():
    with pytest.raises(ValueError, match="no better than chance"):
        corrected(5, 10, detector(10, 5, 10, 5), 0.95)


@pytest.mark.parametrize(
    ("share", "se", "sp", "rows", "labels"),
    [(0.3, 0.85, 0.9, 40, 25), (0.1, 0.8, 0.95, 60, 20), (0.6, 0.9, 0.85, 15, 20), (0.05, 0.95, 0.9, 200, 25)],
)
def test_the_interval_holds_the_truth_as_often_as_it_says(share, se, sp, rows, labels):
    draw = np.random.default_rng(7)
    held = 0
    for _ in range(SIMULATED):
        flagged = draw.binomial(rows, share * se + (1 - share) * (1 - sp))
        labelled = detector(labels, draw.binomial(labels, se), labels, draw.binomial(labels, sp))
        found = corrected(int(flagged), rows, labelled, 0.95)
        held += found.low <= share <= found.high
    assert held / SIMULATED >= 0.925


def test_forgetting_that_the_detector_is_uncertain_holds_the_truth_too_seldom():
    """With sensitivity and specificity as if known: what the interval has to be wider for."""
    draw = np.random.default_rng(7)
    held = 0
    for _ in range(SIMULATED):
        flagged = int(draw.binomial(200, 0.05 * 0.95 + 0.95 * 0.1))
        se, sp = draw.binomial(25, 0.95) / 25, draw.binomial(25, 0.9) / 25
        known = detector(10**7, round(se * 10**7), 10**7, round(sp * 10**7))
        found = corrected(flagged, 200, known, 0.95)
        held += found.low <= 0.05 <= found.high
    assert held / SIMULATED < 0.9


def test_the_interval_of_a_difference_holds_it_as_often_as_it_says():
    draw = np.random.default_rng(3)
    se, sp, rows, labels, held = 0.85, 0.9, 60, 25, 0
    for _ in range(SIMULATED):
        one, two = draw.random(rows) < 0.5, draw.random(rows) < 0.2
        flags = [draw.random(rows) < np.where(harm, se, 1 - sp) for harm in (one, two)]
        both = int((flags[0] & flags[1]).sum())
        won, lost = int(flags[0].sum()) - both, int(flags[1].sum()) - both
        pairs = Pairs(both, won, lost, rows - both - won - lost)
        raw = Figure(pairs.difference, *difference_interval(pairs, 0.95), rows)
        labelled = detector(labels, draw.binomial(labels, se), labels, draw.binomial(labels, sp))
        found = corrected_change(raw, labelled, 0.95)
        held += found.low <= 0.3 <= found.high
    assert held / SIMULATED >= 0.93


@given(st.integers(1, 50), st.data())
def test_an_interval_holds_its_share_and_stays_a_share(rows, data):
    flagged = data.draw(st.integers(0, rows))
    labelled = detector(20, data.draw(st.integers(11, 20)), 20, data.draw(st.integers(11, 20)))
    found = corrected(flagged, rows, labelled, 0.95)
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_parts_together_count_by_their_rows():
    found = together([Figure(0.5, 0.3, 0.6, 30), Figure(0.1, 0.1, 0.2, 10)])
    assert found.value == pytest.approx(0.4)
    assert found.low == pytest.approx(0.4 - 0.15)
    assert found.high == pytest.approx(0.4 + np.hypot(0.075, 0.025))
    assert together([Figure(0.5, 0.3, 0.6, 30)]) == Figure(0.5, 0.3, 0.6, 30)


@pytest.mark.parametrize(("rows", "most"), [(300, 0.01), (30, 0.1), (14, 3 / 14), (3, 1.0), (1, 1.0)])
def test_none_in_n_is_under_three_in_n(rows, most):
    assert none_in(rows) == pytest.approx(most)
    if rows >= 14:  # the exact bound is 1 - 0.05^(1/n), and never above the rule's
        assert 0.85 * most < 1 - 0.05 ** (1 / rows) < most


def test_a_difference_grows_by_what_the_detector_misses():
    unsure, sure = detector(20, 17, 20, 18), detector(10**6, 850_000, 10**6, 900_000)
    raw = Figure(0.225, 0.15, 0.30, 60)
    found, known = corrected_change(raw, unsure, 0.95), corrected_change(raw, sure, 0.95)
    assert found.value == known.value == pytest.approx(0.225 / 0.75)
    assert (known.low, known.high) == (pytest.approx(0.15 / 0.75, abs=1e-3), pytest.approx(0.30 / 0.75, abs=1e-3))
    assert found.low < known.low - 0.02
    assert found.high > known.high + 0.02
