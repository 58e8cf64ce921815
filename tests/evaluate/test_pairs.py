"""Figures over pairs: accuracy, margins and whether their probabilities hold; and the scorer made of scores."""

import math
from collections.abc import Sequence

import numpy as np
import pytest

from finewright.base.records import Message, Record
from finewright.evaluate.pairs import pair_figures, pair_loss, pair_temperature
from finewright.evaluate.scorers.reward import reward
from finewright.evaluate.statistics.intervals import wilson


def sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-value))


def drawn(rows: int, sharpness: float) -> tuple[list[float], list[float]]:
    """Scores of pairs whose chosen side was drawn by sigmoid(margin / sharpness)."""
    draw = np.random.default_rng(0)
    margins = draw.normal(0, 3, rows)
    margins = np.where(draw.random(rows) < 1 / (1 + np.exp(-margins / sharpness)), margins, -margins)
    level = draw.normal(0, 10, rows)  # on which nothing hangs
    return (level + margins).tolist(), level.tolist()


def test_figures_by_hand() -> None:
    found = pair_figures([2.0, 1.0, 0.5, 1.0], [0.0, 1.0, 1.5, 0.5], 0.95, temperature=2.0)
    margins = [2.0, 0.0, -1.0, 0.5]
    assert (found.rows, found.ties, found.temperature) == (4, 1, 2.0)
    assert found.accuracy.value == 0.5  # a tie tells nothing
    assert (found.accuracy.low, found.accuracy.high) == wilson(2, 4, 0.95)
    assert found.margin == pytest.approx(sum(margins) / 4 / 2)
    assert found.loss == pytest.approx(sum(-math.log(sigmoid(margin / 2)) for margin in margins) / 4)
    # Four pairs in four bins: each as far from its outcome as it is from being sure of it.
    before = [1 - sigmoid(2), 0.5, sigmoid(1), 1 - sigmoid(0.5)]
    assert found.calibration_error_before == pytest.approx(sum(before) / 4)
    assert found.calibration_error != found.calibration_error_before


@pytest.mark.parametrize("sharpness", [0.4, 1.0, 3.0])
def test_the_temperature_is_that_of_which_pairs_were_drawn(sharpness: float) -> None:
    chosen, rejected = drawn(20_000, sharpness)
    temperature = pair_temperature(chosen, rejected)
    assert temperature == pytest.approx(sharpness, rel=0.05)
    found = pair_figures(chosen, rejected, 0.95, temperature)
    assert found.calibration_error < 0.015
    assert sharpness == 1.0 or found.calibration_error_before > 0.05
    assert pair_loss(chosen, rejected, temperature) <= pair_loss(chosen, rejected, 1.0)


def test_a_few_pairs_all_told_right_make_none_certain() -> None:
    temperature = pair_temperature([1.0] * 5, [0.0] * 5)
    assert 0.2 < temperature < 1


def test_large_margins_do_not_overflow() -> None:
    assert pair_loss([1e4], [0.0], 1.0) == 0
    assert pair_loss([0.0], [1e4], 1.0) == pytest.approx(1e4)


@pytest.mark.parametrize(("chosen", "rejected"), [([], []), ([1.0], [1.0, 2.0])])
def test_no_pairs_or_half_ones_are_told(chosen: list[float], rejected: list[float]) -> None:
    with pytest.raises(ValueError, match="a score of each side"):
        pair_figures(chosen, rejected, 0.95)


def by_length(asked: Sequence[tuple[Sequence[Message], str]]) -> list[float]:
    """A reward that likes short answers."""
    return [-float(len(answer)) for _, answer in asked]


def test_an_answer_is_right_where_it_is_liked_as_well_as_the_reference() -> None:
    score, record = reward(by_length), Record("1", (Message("user", "?"),), "four")
    assert score("six", record).correct
    assert score("six", record).parts == {"reward": pytest.approx(sigmoid(1))}
    assert score("four", record).correct
    assert score("four", record).parts == {"reward": 0.5}
    assert not score("twelve", record).correct
    assert score("twelve", record).parts == {"reward": pytest.approx(sigmoid(-2))}
