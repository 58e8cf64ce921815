"""Who abstains, whether it was right, and the curve of risk over coverage by hand and by brute force."""

import itertools
from statistics import fmean

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finewright.base.records import Record, Score
from finewright.evaluate.scorers.abstention import abstains, abstention, risk_coverage
from finewright.evaluate.scorers.exact import exact

ROWS = st.lists(st.tuples(st.sampled_from([None, 0.2, 0.5, 0.9]), st.booleans()), min_size=1, max_size=6)


def record(answer: str) -> Record:
    return Record("r", (), answer)


@pytest.mark.parametrize(
    "answer", ["", " \n", "-", "I don’t know.", "Sorry, I DO NOT KNOW who.", "The passages do not say.", "Unanswerable"]
)
def test_silence_and_phrases_abstain(answer: str) -> None:
    assert abstains(answer)


@pytest.mark.parametrize("answer", ["12", "I know.", "The passages do not say who, but it was 12 EUR [2].", "0"])
def test_answers_do_not(answer: str) -> None:
    assert not abstains(answer)


def test_a_team_may_name_its_own() -> None:
    assert abstains("Please call us.", ["please call"])
    assert not abstains("I don't know", ["please call"])


@pytest.mark.parametrize(
    ("answer", "wanted", "correct", "parts"),
    [
        ("", "I don't know", True, {"answered": 0.0, "abstention": 1.0}),
        ("12", "I don't know", False, {"answered": 1.0, "abstention": 0.0}),
        ("", "12", False, {"answered": 0.0, "abstention": 0.0}),
        ("12", "12", True, {"answered": 1.0, "abstention": 1.0}),
        ("13", "12", False, {"answered": 1.0, "abstention": 1.0}),
    ],
)
def test_abstaining_is_right_where_it_is_wanted(
    answer: str, wanted: str, correct: bool, parts: dict[str, float]
) -> None:
    assert abstention(exact())(answer, record(wanted)) == Score(correct, parts)


def test_the_curve_by_hand() -> None:
    # From the surest: right, wrong, right; one abstains. Risks 0/1, 1/2, 1/3 at coverages 1/4, 2/4, 3/4.
    curve = risk_coverage([0.9, None, 0.5, 0.2], [True, False, False, True])
    np.testing.assert_allclose(curve.coverage, [0.25, 0.5, 0.75])
    np.testing.assert_allclose(curve.risk, [0, 1 / 2, 1 / 3])
    assert curve.area == pytest.approx((0 + 1 / 2 + 1 / 3) / 3)


@given(ROWS)
def test_the_area_of_equally_sure_rows_is_the_mean_over_all_their_orders(rows: list[tuple[float | None, bool]]) -> None:
    answered = [row for row in rows if row[0] is not None]
    areas = []
    for order in itertools.permutations(answered):
        if [sure for sure, _ in order] == sorted((sure for sure, _ in answered), reverse=True):
            wrong = list(itertools.accumulate(not right for _, right in order))
            areas.append(fmean(count / rank for rank, count in enumerate(wrong, 1)) if wrong else 0.0)
    curve = risk_coverage([sure for sure, _ in rows], [right for _, right in rows])
    assert curve.area == pytest.approx(fmean(areas))
    assert len(curve.risk) == len({sure for sure, _ in answered})
    if answered:
        assert curve.coverage[-1] == pytest.approx(len(answered) / len(rows))
        assert curve.risk[-1] == pytest.approx(fmean(not right for _, right in answered))


def test_no_rows_have_no_curve() -> None:
    with pytest.raises(ValueError, match="at least one"):
        risk_coverage([], [])
