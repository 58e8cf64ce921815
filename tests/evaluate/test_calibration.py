"""Calibration against hand-worked figures, a grid, and rows drawn from known probabilities."""

import math

import numpy as np
import pytest

from finewright.evaluate.calibration import calibration_error, fitted_temperature


def test_error_by_hand() -> None:
    # Two bins: at 0.95 three of four right, at 0.55 one of two. (4 · |0.95 - 0.75| + 2 · |0.55 - 0.5|) / 6
    said = [0.95, 0.95, 0.95, 0.95, 0.55, 0.55]
    right = [True, True, True, False, True, False]
    assert calibration_error(said, right) == pytest.approx((4 * 0.2 + 2 * 0.05) / 6)


def test_certainty_is_in_the_last_bin() -> None:
    assert calibration_error([1.0, 1.0], [True, True]) == 0
    assert calibration_error([1.0, 1.0], [True, False]) == pytest.approx(0.5)


def test_rows_drawn_as_said_have_little_error_and_boasts_have_much() -> None:
    draw = np.random.default_rng(0)
    said = draw.uniform(0.3, 1, 20_000)
    right = draw.uniform(size=20_000) < said
    assert calibration_error(said.tolist(), right.tolist()) < 0.02
    assert calibration_error(np.sqrt(said).tolist(), right.tolist()) > 0.1


@pytest.mark.parametrize(("said", "right"), [([], []), ([0.5], []), ([0.5], [True, False])])
def test_rows_that_do_not_match_are_a_fault_of_the_caller(said: list[float], right: list[bool]) -> None:
    with pytest.raises(ValueError, match="wanted"):
        calibration_error(said, right)


@pytest.mark.parametrize("true", [0.4, 1.0, 2.5])
def test_the_temperature_that_made_the_rows_is_found(true: float) -> None:
    draw = np.random.default_rng(1)
    odds = draw.normal(scale=3, size=40_000)
    held = draw.uniform(size=40_000) < 1 / (1 + np.exp(-odds / true))

    def loss(temperature: float) -> float:
        return float(np.logaddexp(0, np.where(held, -odds, odds) / temperature).sum())

    found = fitted_temperature(loss)
    assert found == pytest.approx(true, rel=0.05)
    grid = np.exp(np.linspace(-2, 2, 401))
    assert loss(found) <= min(map(loss, grid)) + 1


def test_a_few_rows_all_answered_right_make_none_certain() -> None:
    def loss(temperature: float) -> float:
        return 20 * float(np.logaddexp(0, -3 / temperature))

    found = fitted_temperature(loss)
    grid = np.exp(np.linspace(-4, 4, 8001))
    wanted = min(grid, key=lambda one: loss(one) + np.log(one) ** 2 / 2)
    assert found == pytest.approx(wanted, rel=2e-3)
    assert 0.4 < found < 0.8
    assert 0.97 < 1 / (1 + math.exp(-3 / found)) < 0.999


def test_without_rows_the_temperature_is_one() -> None:
    assert fitted_temperature(lambda _: 0.0) == pytest.approx(1, abs=1e-3)
