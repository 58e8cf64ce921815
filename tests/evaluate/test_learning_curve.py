"""Learning curves: the law against laws known beforehand, intervals against simulation, forecasts that must fail."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import curve_fit

from finewright.base.errors import DataError
from finewright.evaluate.arms.graded import Grades, by_tfidf
from finewright.evaluate.label_words import curve_sentence, curve_told
from finewright.evaluate.learning_curve import Trials, curve, fits, fitted, trials, unit_of
from support.topics import LABELS, topic_records, topic_texts

SIZES = (100, 141, 200, 283, 400, 566, 800)
ROWS = np.array(SIZES)


def quiet(units: int = 1, note: str = "") -> None:
    """Nobody is looking."""


def simulated(errors: np.ndarray, seed: int, *, seeds: int = 5, rows: int = 600) -> Trials:
    """What would be measured if a row of difficulty d, uniform in 0..1, were answered wrong where d < error(n)."""
    draws = np.random.default_rng(seed)
    hardness = draws.random(rows)
    asked = (draws.random((seeds, rows)) < 0.2).astype(float)
    luck = np.clip(hardness + draws.normal(0, 0.02, (seeds, len(errors), rows)), 0, 1)
    right = (luck >= errors[None, :, None]).astype(float) * asked[:, None, :]
    return Trials(SIZES, asked, right, np.arange(rows))


def law(rows: np.ndarray | float, floor: float = 0.05, scale: float = 0.15, power: float = 0.5) -> np.ndarray:
    return floor + scale * (np.asarray(rows) / 800) ** -power


@given(st.floats(0, 0.3), st.floats(0.05, 0.6), st.floats(0.1, 1.8))
@settings(max_examples=30)
def test_a_law_without_noise_is_found(floor: float, first: float, power: float) -> None:
    scale = first * 8**-power  # so that the smallest size has errors of floor + first
    found = fitted(SIZES, law(ROWS, floor, scale, power)[None])
    assert found.accuracy(1600)[0] == pytest.approx(1 - law(1600, floor, scale, power), abs=2e-3)


def test_the_fit_is_as_good_as_an_iterative_one() -> None:
    draws, weights = np.random.default_rng(4), np.arange(1, 8) / 28
    for _ in range(5):
        errors = law(ROWS) + draws.normal(0, 0.01, len(ROWS))
        with np.errstate(all="ignore"):
            best, _ = curve_fit(
                law, ROWS, errors, (0.05, 0.1, 0.5), sigma=weights**-0.5, bounds=([0, 0, 0.05], [1, 2, 2]), maxfev=5000
            )
        ours = fitted(SIZES, errors[None])
        lost = float(weights @ (1 - np.array([ours.accuracy(n)[0] for n in SIZES]) - errors) ** 2)
        assert lost <= float(weights @ (law(ROWS, *best) - errors) ** 2) + 1e-7


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    """30 samples at 90%: 27 with a standard deviation of 1.6. An interval of the rows that has no end may be right."""
    doubled, more, samples = 0, 0, 30
    truth = 800 * (0.15 / (law(800) - 0.01 - 0.05)) ** 2 - 800  # solves law(800 + x) = law(800) - 0.01
    for seed in range(samples):
        found = curve(simulated(law(ROWS), seed), 800, 0.9)
        doubled += found.doubled.low <= 1 - law(1600) <= found.doubled.high
        more += (found.more.low or 1e9) <= truth <= (found.more.high or 1e9)
    assert doubled >= 23
    assert more >= 23


def test_a_curve_that_is_well_measured_is_told() -> None:
    found = curve(simulated(law(ROWS), 1, rows=6000, seeds=6), 800, 0.95)
    assert found.known
    assert found.check.held
    truth = 800 * (0.15 / (law(800) - 0.06)) ** 2 - 800
    assert found.more.low <= truth <= found.more.high
    assert "one point more takes about" in curve_sentence(found)
    assert "which agrees with" in curve_told(found)


def test_a_curve_that_breaks_off_is_not_believed() -> None:
    """Planted: the errors fall by the law up to half of the rows and then not at all."""
    errors = np.where(ROWS <= 400, law(ROWS, 0.02, 0.2, 0.7), law(400.0, 0.02, 0.2, 0.7))
    found = curve(simulated(errors, 2, rows=6000), 800, 0.95)
    assert not found.check.held
    assert not found.known
    assert curve_sentence(found).startswith("It cannot be told")


def test_few_rows_cannot_tell() -> None:
    found = curve(simulated(law(ROWS, 0.15, 0.03), 3, rows=150, seeds=3), 800, 0.95)
    assert not found.known
    assert curve_sentence(found).startswith(("It cannot be told", "From 800 training rows on, more rows"))


def test_nothing_is_left_to_buy_where_all_is_right() -> None:
    found = curve(simulated(np.zeros(len(ROWS)), 0), 800, 0.95)
    assert found.more.value is None
    assert not found.known


def test_shares_grow_nested_and_never_hold_a_group_that_is_asked() -> None:
    records = topic_records(topic_texts(120), [f"customer {at // 3}" for at in range(120)])
    units = {record.text: unit_of(record) for record in records}
    calls: list[tuple[list[str], list[str]]] = []

    def grade(texts, labels, asked):
        calls.append((list(texts), list(asked)))
        return Grades(LABELS, np.ones((len(asked), 4)) / 4)

    found = trials(records, grade, 2, 0, quiet)
    assert len(calls) == 2 * len(found.sizes) <= fits(records, 2)
    for learned, asked in calls:
        assert not {units[text] for text in learned} & {units[text] for text in asked}
    for shorter, longer in pairwise(calls):
        assert longer[0][: len(shorter[0])] == shorter[0] or longer[1] != shorter[1]
    assert (
        found.right[:, -1].sum(axis=1)
        == [sum(r.answer == LABELS[0] and a for r, a in zip(records, asked, strict=True)) for asked in found.asked]
    ).all()


def test_copies_stay_on_one_side() -> None:
    pairs = topic_texts(120)
    records = topic_records([*pairs, *pairs])
    halves: list[set[str]] = []

    def grade(texts, labels, asked):
        halves.append(set(texts) & set(asked))
        return Grades(LABELS, np.ones((len(asked), 4)) / 4)

    trials(records, grade, 2, 0, quiet)
    assert set().union(*halves) == set()


def test_a_classifier_learns_from_more_rows() -> None:
    found = trials(topic_records(topic_texts(160, hints=2)), by_tfidf, 2, 0, quiet)
    shares = found.right.sum(axis=(0, 2)) / found.asked.sum()
    assert shares[-1] > shares[0] + 0.1


def test_too_few_rows_are_told() -> None:
    with pytest.raises(DataError, match="too few rows for a learning curve"):
        trials(topic_records(topic_texts(40)), by_tfidf, 2, 0, quiet)
    many = topic_texts(200, labels=[f"label{number}" for number in range(20)])
    with pytest.raises(DataError, match="until at least 283 are in"):  # 2 * 20 labels * sqrt(2)^5 / 0.8
        trials(topic_records(many), by_tfidf, 2, 0, quiet)
