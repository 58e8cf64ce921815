"""Each score is what its source says, worked out by hand on a few tokens."""

import zlib
from math import ceil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finewright.audit.membership.scores import Reading, Side, joined, scores


def reading(tuned: list[float], base: list[float], said: list[int], answer: list[int], standing=None) -> Reading:
    return Reading(
        np.array(tuned),
        np.array(base),
        np.array(standing or tuned),
        np.array(said, dtype=bool),
        np.array(answer, dtype=bool),
    )


TOKENS = reading([-3.0, -0.5, -0.1, -1.0], [-3.5, -2.0, -0.3, -0.7], [0, 1, 1, 0], [0, 1, 1, 1])


def test_scores_by_hand() -> None:
    found = scores([[Side(TOKENS, "seven")]], 0.2)
    assert list(found) == ["loss", "difference", "ratio", "zlib", "min_k", "error_zone", "text"]
    assert found["loss"][0] == pytest.approx(-1.6 / 3)
    assert found["difference"][0] == pytest.approx((1.5 + 0.2 - 0.3) / 3)
    assert found["ratio"][0] == pytest.approx(-1.6 / 3.0)
    assert found["zlib"][0] == pytest.approx(-1.6 / 3 / len(zlib.compress(b"seven")))
    assert found["min_k"][0] == -1.0
    assert found["error_zone"][0] == 0.0  # of the answer one token would not have been said, and it fell
    assert found["text"][0] == pytest.approx((0.5 + 1.5 + 0.2 - 0.3) / 4)


def test_the_error_zone_is_what_went_upwards_at_errors() -> None:
    up = reading([-1.0, -2.0, -3.0], [-2.5, -1.5, -9.0], [0, 0, 1], [1, 1, 1])
    assert scores([[Side(up, "")]], 0.2)["error_zone"][0] == pytest.approx(1.5 / 2.0)
    right = reading([-0.1], [-5.0], [1], [1])
    assert scores([[Side(right, "")]], 0.2)["error_zone"][0] == 0.5


@settings(max_examples=15)
@given(st.lists(st.floats(-9, 9), min_size=1, max_size=30), st.sampled_from([0.05, 0.2, 0.34, 1.0]))
def test_min_k_is_the_mean_of_the_lowest(standing: list[float], share: float) -> None:
    size = len(standing)
    left, lowest = list(standing), []
    for _ in range(max(1, ceil(share * size))):
        lowest.append(min(left))
        left.remove(min(left))
    side = Side(reading([-1.0] * size, [-1.0] * size, [0] * size, [1] * size, standing), "")
    assert scores([[side]], share)["min_k"][0] == pytest.approx(sum(lowest) / len(lowest))


def test_of_a_preference_the_side_that_falls_counts_the_other_way() -> None:
    rising, falling = (reading([tuned], [-2.0], [0], [1]) for tuned in (-1.0, -4.0))
    pair = [Side(rising, "yes"), Side(falling, "no", sign=-1)]
    found = scores([pair], 0.2)
    assert found["loss"][0] == -1.0 + 4.0
    assert found["difference"][0] == 1.0 + 2.0
    assert "text" not in found


def test_parts_of_a_document_are_read_as_one() -> None:
    whole = joined([TOKENS, TOKENS])
    assert len(whole.tuned) == len(whole.answer) == 8
    assert joined([TOKENS]) is TOKENS


def test_what_the_base_knew_by_heart_divides_by_no_zero() -> None:
    known = reading([-0.5], [0.0], [1], [1])
    assert np.isfinite(scores([[Side(known, "")]], 0.2)["ratio"][0])
