"""The promise on answers that go out unseen: kept as often as it says, by simulation, and honest where it cannot be."""

import numpy as np
import pytest
from scipy.stats import beta, binom

from finewright.evaluate.automation import Sure, automation, fewest_rows, threshold

ERROR, CONFIDENCE = 0.05, 0.9


def rows(probabilities, right):
    return [Sure(float(one), bool(held)) for one, held in zip(probabilities, right, strict=True)]


def drawn(generator, count):
    """Probabilities uniform in 0..1, wrong with (1 - p) / 5: of those above t, (1 - t) / 10 are; above 1/2, 5 %."""
    probabilities = generator.random(count)
    return rows(probabilities, generator.random(count) >= 0.2 * (1 - probabilities))


def naive(validation):
    """What tempts: the loosest threshold at which the share of errors on validation looks small enough."""
    surest = sorted(validation, key=lambda one: -one.probability)
    wrong = np.cumsum([not one.right for one in surest])
    fits = np.flatnonzero(wrong / np.arange(1, len(surest) + 1) <= ERROR)
    return surest[fits[-1]].probability if len(fits) else 1.0


@pytest.mark.parametrize("count", [200, 800])
def test_the_promise_is_broken_no_more_often_than_it_says(count):
    """True error above t is (1 - t) / 10 by construction, so a promise is broken exactly where t is below 1/2."""
    generator, repeats = np.random.default_rng(count), 400
    found = [threshold(drawn(generator, count), ERROR, CONFIDENCE) for _ in range(repeats)]
    broken = sum(above is not None and above < 0.5 for above in found)
    # At the very worst a tenth; chance alone would pass this bound once in a thousand times.
    assert broken <= binom.ppf(0.999, repeats, 1 - CONFIDENCE)
    if count == 800:
        assert sum(above is not None for above in found) > repeats / 4, "a promise that is never made is easily kept"


def test_the_naive_threshold_breaks_the_promise_that_this_one_keeps():
    generator, repeats = np.random.default_rng(1), 200
    broken = sum(naive(drawn(generator, 800)) < 0.5 for _ in range(repeats))
    assert broken > 2 * (1 - CONFIDENCE) * repeats


def test_the_threshold_is_where_the_exact_bound_first_fails():
    """Slow reference: Clopper and Pearson's upper bound by the beta distribution, rank by rank in the stated order."""
    generator = np.random.default_rng(7)
    for count in (50, 120, 400):
        validation = drawn(generator, count)
        surest = sorted(validation, key=lambda one: -one.probability)
        expected = None
        first = max(fewest_rows(ERROR, CONFIDENCE), count // 4)
        for rank in [*range(first, count, count // 20), count]:
            wrong = sum(not one.right for one in surest[:rank])
            if wrong == rank or beta.ppf(CONFIDENCE, wrong + 1, rank - wrong) > ERROR:
                break
            expected = surest[rank].probability if rank < count else 0.0
        assert threshold(validation, ERROR, CONFIDENCE) == expected


def test_the_fewest_rows_are_those_at_which_no_error_suffices():
    fewest = fewest_rows(0.02, 0.95)
    assert fewest == 149  # ln 0.05 / ln 0.98 = 148.3
    assert threshold(rows([0.9] * 149, [True] * 149), 0.02, 0.95) == 0.0
    assert threshold(rows([0.9] * 148, [True] * 148), 0.02, 0.95) is None


def test_equally_sure_answers_stay_together():
    """Half say 0.9 and are right, half 0.5 and are wrong: the threshold lies at 0.5, and not within a tie."""
    validation = rows([0.9] * 100 + [0.5] * 100, [True] * 100 + [False] * 100)
    assert threshold(validation, ERROR, CONFIDENCE) == 0.5
    mixed = rows([0.9] * 200, [True] * 100 + [False] * 100)
    assert threshold(mixed, ERROR, CONFIDENCE) is None


def test_what_came_of_it_on_test_rows_is_told():
    validation = rows([0.9] * 100 + [0.5] * 100, [True] * 100 + [False] * 100)
    test = rows([0.8] * 60 + [0.4] * 40, [False] * 3 + [True] * 57 + [True] * 40)
    found = automation(validation, test, ERROR, CONFIDENCE)
    assert found.threshold == 0.5
    assert (found.share.value, found.share.rows) == (0.6, 100)
    assert (found.wrong.value, found.wrong.rows) == (0.05, 60)
    assert found.sentence.startswith("60.0% of answers need no review (90% interval ")
    assert "more than was promised" not in found.sentence
    worse = automation(validation, rows([0.8] * 10, [False] + [True] * 9), ERROR, CONFIDENCE)
    assert worse.sentence.endswith("more than was promised.")


@pytest.mark.parametrize(
    ("validation", "why"),
    [
        (rows([0.9] * 10, [True] * 10), "10 validation rows are too few, 45 are the least"),
        (rows([0.9] * 100, [False] * 100), "too many of the surest of 100 validation rows are wrong"),
    ],
)
def test_where_no_threshold_keeps_the_promise_that_is_said(validation, why):
    found = automation(validation, rows([0.9], [True]), ERROR, CONFIDENCE)
    assert (found.threshold, found.share, found.wrong) == (None, None, None)
    assert found.sentence.startswith("No share of answers can be automated with at most 5.0% of them wrong")
    assert why in found.sentence


def test_no_test_row_above_the_threshold_is_told():
    validation = rows([0.9] * 100 + [0.5] * 100, [True] * 100 + [False] * 100)
    found = automation(validation, rows([0.1] * 5, [True] * 5), ERROR, CONFIDENCE)
    assert found.share.value == 0
    assert "none of the 5 test rows has one" in found.sentence
