"""Krippendorff's alpha: the worked examples of the paper, a slow reference by its definition, and its edges."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finewright.evaluate.agreement import Metric, agreement, alpha, reliance

METRICS: tuple[Metric, ...] = ("nominal", "ordinal", "interval")


def units(*raters: str) -> list[list[float]]:
    """Ratings by unit, of one line a rater; a dot is missing, letters stand for numbers."""
    columns = zip(*(line.split() for line in raters), strict=True)
    return [[float(int(cell, 36)) for cell in column if cell != "."] for column in columns]


BINARY = units("0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0")
NOMINAL = units("a a b b d c c c e d d a", "b a b b b c c c e d d d")
MISSING = units(
    "1 2 3 3 2 1 4 1 2 . . .", "1 2 3 3 2 2 4 1 2 5 . 3", ". 3 3 3 2 3 4 2 2 5 1 .", "1 2 3 3 2 4 4 1 2 5 1 ."
)


def test_binary_ratings_of_two_as_in_the_paper() -> None:
    assert alpha(BINARY, "nominal") == pytest.approx(0.095, abs=5e-4)  # section A


def test_nominal_ratings_of_two_as_in_the_paper() -> None:
    assert alpha(NOMINAL, "nominal") == pytest.approx(0.692, abs=5e-4)  # section B


@pytest.mark.parametrize(("metric", "expected"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_four_raters_with_missing_ratings_as_in_the_paper(metric: Metric, expected: float) -> None:
    assert alpha(MISSING, metric) == pytest.approx(expected, abs=5e-4)  # sections C and D


def by_definition(ratings: list[list[float]], metric: Metric) -> float | None:
    """Coincidences counted pair by pair, distances summed value by value."""
    values = sorted({value for unit in ratings if len(unit) > 1 for value in unit})
    coincidences = dict.fromkeys(((c, k) for c in values for k in values), 0.0)
    for unit in ratings:
        for c, k in permutations(unit, 2):
            coincidences[c, k] += 1 / (len(unit) - 1)
    totals = {c: sum(coincidences[c, k] for k in values) for c in values}

    def squared(c: float, k: float) -> float:
        if metric == "nominal":
            return float(c != k)
        if metric == "interval":
            return (c - k) ** 2
        low, high = min(c, k), max(c, k)
        return (sum(totals[g] for g in values if low <= g <= high) - (totals[c] + totals[k]) / 2) ** 2

    expected = sum(totals[c] * totals[k] * squared(c, k) for c in values for k in values)
    observed = sum(coincidences[c, k] * squared(c, k) for c in values for k in values)
    return None if not expected else 1 - (sum(totals.values()) - 1) * observed / expected


ratings = st.lists(st.lists(st.integers(-3, 4).map(float), max_size=5), max_size=9)


@given(ratings, st.sampled_from(METRICS))
def test_equals_the_definition(found: list[list[float]], metric: Metric) -> None:
    expected = by_definition(found, metric)
    assert alpha(found, metric) == (None if expected is None else pytest.approx(expected, abs=1e-9))


@given(ratings, st.sampled_from(METRICS))
def test_hangs_on_no_order_and_on_no_unit_of_measure(found: list[list[float]], metric: Metric) -> None:
    turned = [[3 * rating - 7 for rating in reversed(unit)] for unit in reversed(found)]
    first = alpha(found, metric)
    assert alpha(turned, metric) == (None if first is None else pytest.approx(first, abs=1e-9))


def test_agreement_of_all_is_one_and_chance_is_about_zero() -> None:
    assert alpha([[1, 1], [0, 0, 0]], "ordinal") == 1.0
    tossed = np.random.default_rng(0).integers(0, 3, (4000, 3)).astype(float).tolist()
    for metric in METRICS:
        assert alpha(tossed, metric) == pytest.approx(0, abs=0.03)


@pytest.mark.parametrize("nothing", [[], [[1.0], [0.0]], [[1.0, 1.0], [1.0, 1.0]]])
def test_where_it_is_undefined_it_is_none(nothing: list[list[float]]) -> None:
    assert alpha(nothing, "nominal") is None
    assert agreement(nothing, "ordinal", 0.95) is None


def test_interval_holds_the_value_and_narrows_with_units() -> None:
    few, many = agreement(MISSING, "ordinal", 0.95), agreement(MISSING * 10, "ordinal", 0.95)
    assert few is not None
    assert many is not None
    assert few.low < few.value < few.high <= 1
    assert few.rows == 11, "one unit of twelve has a single rating"
    assert many.high - many.low < (few.high - few.low) / 2
    assert agreement(MISSING, "ordinal", 0.95) == few


def test_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    # Two raters who each say the truth (a fair coin) with probability 0.9 agree in 0.82 of units, where chance gives
    # 0.5: alpha of endlessly many units is 1 - 0.18 / 0.5 = 0.64.
    draws = np.random.default_rng(1)
    covered = 0
    for _ in range(100):
        truth = draws.integers(0, 2, 60)
        said = np.stack([np.where(draws.random(60) < 0.9, truth, 1 - truth) for _ in range(2)], axis=1)
        found = agreement(said.astype(float).tolist(), "nominal", 0.95)
        assert found is not None
        covered += found.low <= 0.64 <= found.high
    assert covered >= 88


def test_words_follow_the_customary_limits() -> None:
    assert [reliance(value) for value in (0.8, 0.7, 0.2)] == [
        "well enough to rely on",
        "well enough for tentative conclusions",
        "too little to rely on",
    ]
