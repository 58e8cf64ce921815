"""Canaries: the same for the same seed and data, no question twice, secrets that nothing foretells."""

from collections import Counter
from dataclasses import asdict

import pytest
from scipy.stats import chisquare

from finewright.audit.canaries.canary import candidates, drawn, from_json


def test_the_same_seed_and_data_have_the_same_canaries_and_others_have_others():
    assert drawn([(3, 1), (2, 8)], 4, 0, "data") == drawn([(3, 1), (2, 8)], 4, 0, "data")
    for other in (drawn([(3, 1)], 4, 1, "data"), drawn([(3, 1)], 4, 0, "other data")):
        assert not {one.text for one in other} & {one.text for one in drawn([(3, 1)], 4, 0, "data")}


def test_how_many_and_how_often():
    found = drawn([(3, 1), (2, 8)], 4, 0, "data")
    assert [one.times for one in found] == [1, 1, 1, 8, 8]
    assert len({one.name for one in found}) == 5


def test_more_of_them_leave_the_first_as_they_are():
    assert drawn([(9, 1)], 4, 0, "data")[:3] == drawn([(3, 1)], 4, 0, "data")


@pytest.mark.parametrize("seed", range(5))
def test_no_question_comes_twice(seed):
    found = drawn([(2000, 1)], 4, seed, "data")
    assert len({one.text for one in found}) == 2000


def test_every_secret_is_as_likely():
    counts = Counter(one.secret for one in drawn([(5000, 1)], 2, 0, "data"))
    assert set(counts) <= set(candidates(2))
    assert chisquare([counts[one] for one in candidates(2)]).pvalue > 0.001


def test_more_than_there_are_questions_is_refused():
    with pytest.raises(ValueError, match="13824"):
        drawn([(13825, 1)], 4, 0, "data")


def test_read_back():
    (one,) = drawn([(1, 3)], 5, 0, "data")
    assert from_json(asdict(one)) == one


def test_secrets_hang_on_the_data_too():
    one, other = ([canary.secret for canary in drawn([(8, 1)], 4, 0, key)] for key in ("one", "other"))
    assert one != other
