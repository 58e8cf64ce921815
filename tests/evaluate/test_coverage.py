"""The surest answers: points of the curve against counting by hand, and who is how sure of what."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finewright.base.records import Prediction
from finewright.evaluate.coverage import at_coverage, best_scores, probabilities
from finewright.evaluate.scorers.abstention import RiskCoverage, risk_coverage
from finewright.retrieve.hit import Hit

rows = st.lists(st.tuples(st.none() | st.sampled_from([0.1, 0.4, 0.7, 0.9]), st.booleans()), min_size=1, max_size=30)


def counted(sure: list[float | None], right: list[bool], part: float) -> tuple[float, float]:
    """The fewest surest rows, equally sure ones together, that make up the part of all: by trying every threshold."""
    answered = [one for one in sure if one is not None]
    for least in sorted(set(answered), reverse=True):
        taken = [at for at, one in enumerate(sure) if one is not None and one >= least]
        if len(taken) / len(sure) >= part - 1e-9 or len(taken) == len(answered):
            return len(taken) / len(sure), sum(not right[at] for at in taken) / len(taken)
    raise AssertionError


@given(rows, st.floats(0, 1))
def test_a_point_is_that_of_counting(of: list[tuple[float | None, bool]], part: float) -> None:
    sure, right = [one for one, _ in of], [held for _, held in of]
    curve = risk_coverage(sure, right)
    if all(one is None for one in sure):
        with pytest.raises(ValueError, match="nothing was answered"):
            at_coverage(curve, part)
        return
    assert at_coverage(curve, part) == pytest.approx(counted(sure, right, part))


def test_the_surest_half_and_all_by_hand() -> None:
    curve: RiskCoverage = risk_coverage([0.9, 0.8, 0.3, 0.2, None], [True, True, False, True, False])
    assert at_coverage(curve, 0.4) == (0.4, 0.0)
    assert at_coverage(curve, 0.5) == pytest.approx((0.6, 1 / 3))
    assert at_coverage(curve, 1.0) == pytest.approx((0.8, 0.25)), "the abstention is never covered"


def hit(score: float) -> Hit:
    return Hit("It costs 4 euros.", "a.txt", 0, 17, None, None, score)


def test_passages_say_how_sure_and_abstentions_are_not() -> None:
    said = [Prediction("a", "4 euros [1]"), Prediction("b", "I don't know."), Prediction("c", "4"), Prediction("d", "")]
    hits = {"a": [hit(0.7), hit(0.2)], "b": [hit(0.9)], "c": [], "d": [hit(0.8)]}
    assert best_scores(said, hits) == [0.7, None, None, None]


def test_probabilities_are_there_for_every_answer_or_for_none() -> None:
    assert probabilities([Prediction("a", "x", probability=0.4), Prediction("b", "y", probability=0.0)]) == [0.4, 0.0]
    assert probabilities([Prediction("a", "x", probability=0.4), Prediction("b", "y")]) is None
    assert probabilities([]) is None
