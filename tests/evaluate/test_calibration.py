"""Calibration against hand-worked figures, a grid, and rows drawn from known probabilities."""

import math

import numpy as np
import pytest

from finewright.base.records import Message, Prediction, Record
from finewright.evaluate.calibration import calibration_error, calibration_figure, fitted_temperature
from finewright.evaluate.measure import CALIBRATION, measure
from finewright.evaluate.task import Task


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


@pytest.mark.parametrize(("power", "true"), [(1, 0.0), (3, 0.2957)])
def test_the_interval_holds_the_error_of_what_rows_are_drawn_from(power: int, true: float) -> None:
    # Said is uniform on 0.3..1 and held with said ** power. Error of power 3, by the integral of p - p^3 over 0.3..1,
    # (0.91 / 2 - 0.9919 / 4) / 0.7 = 0.2958, as every bin errs to one side. Plain percentiles hold 0 in no draw at all.
    draw, held, least = np.random.default_rng(3), 0, 1.0
    for _ in range(24):
        said = draw.uniform(0.3, 1, 200)
        found = calibration_figure(said.tolist(), (draw.uniform(size=200) < said**power).tolist(), 0.95)
        held += found.low <= true <= found.high
        least = min(least, found.low)
        assert found.low <= found.value <= found.high
    assert held >= 19, "95 % of 24 is 23, and fewer than one in a thousand such counts is below 19"
    assert least == 0 if power == 1 else least > 0


def test_the_figure_is_the_error_and_rows_that_share_a_customer_say_less() -> None:
    draw = np.random.default_rng(4)
    said = draw.uniform(0.3, 1, 60)
    right = draw.uniform(size=60) < said**3
    one = calibration_figure(said.tolist(), right.tolist(), 0.95)
    assert one.value == pytest.approx(calibration_error(said.tolist(), right.tolist()))
    copies, groups = np.repeat(said, 5), np.repeat(np.arange(60), 5)
    together = calibration_figure(copies.tolist(), np.repeat(right, 5).tolist(), 0.95, groups)
    apart = calibration_figure(copies.tolist(), np.repeat(right, 5).tolist(), 0.95)
    assert together.value == pytest.approx(one.value)
    assert together.high - together.low == pytest.approx(one.high - one.low, rel=0.15)
    assert together.high - together.low > 1.5 * (apart.high - apart.low)


def test_no_error_at_all_may_still_be_some() -> None:
    found = calibration_figure([1.0] * 50, [True] * 50, 0.95)
    assert (found.value, found.low) == (0, 0)
    assert found.high == pytest.approx(0.0714, abs=1e-3), "Wilson's for none of 50"


def test_an_arm_has_the_figure_where_every_answer_has_a_probability() -> None:
    task = Task("classes", "Name it.", ("a", "b"), (), 4)
    records = [Record(str(at), (Message("user", str(at)),), "a") for at in range(6)]
    said = [Prediction(str(at), "a" if at < 4 else "b", probability=0.9) for at in range(6)]
    figure = measure(task, records, said, 1.0, 0.95).figures[CALIBRATION]
    assert figure.value == pytest.approx(0.9 - 4 / 6)
    unsure = [*said[:5], Prediction("5", "b")]
    assert CALIBRATION not in measure(task, records, unsure, 1.0, 0.95).figures
