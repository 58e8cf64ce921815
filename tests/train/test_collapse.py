"""Collapse: each way in which learning comes to nothing stops it with its reason, and no other training is stopped."""

from typing import Any

import pytest

from finewright.base.errors import FinewrightError
from finewright.train.collapse import check_collapse, check_learned

Row = dict[str, Any]


def row(number: int, **changes: float) -> Row:
    """A healthy round."""
    usual = {
        "round": number,
        "reward": 0.5,
        "alike": 0.2,
        "entropy": 1.0,
        "length": 10.0,
        "cut": 0.1,
        "reward/valid": 0.5,
    }
    return usual | changes


def rows(*changes: dict[str, float]) -> list[Row]:
    return [row(number, **more) for number, more in enumerate(changes)]


HEALTHY = [{"reward": 0.1 * n} for n in range(5)]


def test_a_healthy_training_goes_on() -> None:
    check_collapse([], 3)
    check_collapse(rows(*HEALTHY), 3)
    check_collapse(rows(*HEALTHY), 9)  # not so many yet


def test_rewards_that_never_varied() -> None:
    same = [{"alike": 1.0, "reward": 0.0}] * 3
    with pytest.raises(FinewrightError, match=r"in the first 3 rounds the reward never varied .* \(its mean was 0\)"):
        check_collapse(rows(*same), 3)
    check_collapse(rows(*same[:2]), 3)
    check_collapse(rows(*same), 0)
    by_prompt = [{"alike": 1.0, "reward": 0.25 * n} for n in range(3)]
    with pytest.raises(FinewrightError, match=r"\(its mean was 0 to 0\.5\)"):
        check_collapse(rows(*by_prompt), 3)


def test_rewards_that_never_varied_in_a_training_shorter_than_that() -> None:
    same = [{"alike": 1.0, "reward": 0.25, "reward/correct": 0.0, "tokens": 0}] * 2
    with pytest.raises(
        FinewrightError, match=r"in the first 2 rounds .* nothing to learn from valid and correct; choose"
    ):
        check_learned(rows(*same))
    check_learned(rows(*same, {"alike": 0.9, "tokens": 40}))


def test_one_round_with_spread_is_enough() -> None:
    check_collapse(rows({"alike": 0.9, "reward": 0.0}, *[{"alike": 1.0, "reward": 0.1}] * 3), 3)


def test_rewards_all_alike_after_a_fall() -> None:
    fallen = [*HEALTHY, *[{"alike": 1.0, "reward": 0.1, "entropy": 1.0}] * 3]
    with pytest.raises(FinewrightError, match=r"3 rounds in a row all .* rewarded alike, at a mean of 0\.1 where it"):
        check_collapse(rows(*fallen), 3)
    check_collapse(rows(*fallen, {"alike": 0.5, "reward": 0.1}), 3)


def test_rewards_all_alike_because_all_are_won_is_no_collapse() -> None:
    check_collapse(rows(*HEALTHY, *[{"alike": 1.0, "reward": 0.95, "entropy": 0.0}] * 5), 3)


def test_half_of_what_was_gained_is_the_bound() -> None:
    start, best = [{"reward": 0.0}] * 2, [{"reward": 0.8}] * 2
    check_collapse(rows(*start, *best, *[{"alike": 1.0, "reward": 0.41}] * 2), 2)
    with pytest.raises(FinewrightError, match="rewarded alike"):
        check_collapse(rows(*start, *best, *[{"alike": 1.0, "reward": 0.4}] * 2), 2)


def test_entropy_that_is_gone() -> None:
    gone = [{"reward": 0.5}, {"reward": 0.5}, *[{"entropy": 0.004, "reward": 0.4}] * 3]
    with pytest.raises(FinewrightError, match=r"hold no choice any more \(0\.004 nats per token at most in 3 rounds"):
        check_collapse(rows(*gone), 3)
    check_collapse(rows(*gone[:-1], {"entropy": 0.02, "reward": 0.4}), 3)
    check_collapse(rows(*HEALTHY, *[{"entropy": 0.004, "reward": 0.9}] * 3), 3)


def test_entropy_is_not_judged_by_rounds_that_taught_nothing() -> None:
    found = rows(*HEALTHY[::-1], *[{"entropy": 0.004, "reward": 0.0}] * 3)
    del found[-1]["entropy"]
    check_collapse(found, 3)


def test_lengths_that_explode() -> None:
    long = [{"cut": 0.95, "length": 60.0, "reward": 0.9}] * 3
    said = r"grown from 10 to 60 tokens, and in 3 rounds in a row nearly all were cut"
    with pytest.raises(FinewrightError, match=said):
        check_collapse(rows(*HEALTHY, *long), 3)
    check_collapse(rows(*HEALTHY, *long[:2]), 3)
    check_collapse(rows(*[{"cut": 0.95, "length": 60.0, "reward": 0.1 * n} for n in range(9)]), 3)  # from the start
    check_collapse(rows(*HEALTHY, *[{"cut": 0.95, "length": 12.0, "reward": 0.9}] * 3), 3)  # hardly longer


def test_several_steps_of_a_round_count_once() -> None:
    same = [row(number // 4, alike=1.0, reward=0.0) for number in range(8)]
    check_collapse(same, 3)
    with pytest.raises(FinewrightError, match="never varied"):
        check_collapse(same, 2)
