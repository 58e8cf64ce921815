"""Labels with an order: how far off answers are, against scikit-learn and by hand."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from finewright.base.records import Message, Prediction, Record
from finewright.evaluate.measure import measure
from finewright.evaluate.prompt import choices
from finewright.evaluate.statistics.intervals import value_of, wilson
from finewright.evaluate.statistics.ordinal import kappa, mean_distance
from finewright.evaluate.task import Task, make_task

ORDER = ("low", "middle", "high")
PAIRS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=40)


def measured(wanted, said, order=ORDER):
    rows = [Record(f"r{n}", (Message("user", f"text {n}"),), answer) for n, answer in enumerate(wanted)]
    task = make_task("classes", "Grade it.", rows, len, order=order)
    return measure(task, rows, [Prediction(f"r{n}", answer) for n, answer in enumerate(said)], 1.0, 0.95)


def test_the_task_keeps_the_order_beside_sorted_labels():
    rows = [Record(f"r{n}", (Message("user", "t"),), answer) for n, answer in enumerate(ORDER)]
    task = make_task("classes", "Grade it.", rows, len, order=list(ORDER))
    assert task.labels == ("high", "low", "middle")
    assert task.order == ORDER
    assert choices(task) == "Choose exactly one of, from the lowest to the highest: low, middle, high"
    assert Task.from_json(json.loads(json.dumps(task.to_json()))) == task


def test_a_task_stored_before_there_were_orders_is_read():
    stored = make_task("classes", "D.", [Record("r", (Message("user", "t"),), "a")], len).to_json()
    stored.pop("order")
    assert Task.from_json(stored).order == ()


def test_figures_by_hand():
    figures = measured(["low", "low", "middle", "high"], ["low", "high", "high", "high"]).figures
    assert set(figures) == {"accuracy", "macro_f1", "mean_distance", "kappa"}
    assert figures["accuracy"].value == 0.5
    assert figures["mean_distance"].value == pytest.approx((0 + 2 + 1 + 0) / 4 / 2)
    # Squared distances 0 4 1 0; dealt out at random: wanted 0 0 1 2 against said 0 2 2 2, 16 pairs that sum to 33.
    dealt = sum((left - right) ** 2 for left in (0, 0, 1, 2) for right in (0, 2, 2, 2)) / 16
    assert figures["kappa"].value == pytest.approx(1 - (5 / 4) / dealt)
    for name in ("mean_distance", "kappa"):
        assert figures[name].low <= figures[name].value <= figures[name].high


def test_classes_without_an_order_have_no_distances():
    assert set(measured(["low", "high"], ["low", "low"], order=None).figures) == {"accuracy", "macro_f1"}


def test_an_answer_that_is_no_label_is_as_far_off_as_can_be():
    for wanted, far in (("low", 1.0), ("middle", 0.5), ("high", 1.0)):
        assert measured([wanted, "low", "high"], ["?", "low", "high"]).figures["mean_distance"].value == pytest.approx(
            far / 3
        )


def test_all_right_is_no_proof_of_perfection():
    figures = measured(list(ORDER) * 7, list(ORDER) * 7).figures
    assert figures["kappa"].value == figures["kappa"].high == 1.0
    assert figures["kappa"].low == wilson(21, 21, 0.95)[0]
    assert figures["mean_distance"].value == figures["mean_distance"].low == 0.0
    assert figures["mean_distance"].high == pytest.approx(wilson(0, 21, 0.95)[1])


def test_always_the_same_label_is_no_agreement_at_all():
    figure = measured(list(ORDER) * 7, ["middle"] * 21).figures["kappa"]
    assert (figure.value, figure.low, figure.high) == (0.0, 0.0, 0.0)


def test_worse_than_chance_is_below_zero():
    figure = measured(["low", "high"] * 10, ["high", "low"] * 10).figures["kappa"]
    assert figure.value == -1.0
    assert figure.low >= -1.0


def test_an_interval_of_kappa_covers_the_true_value_about_as_often_as_it_says():
    """60 rows; wanted uniform over four, said off by one step a fifth of the time: kappa by a million rows."""
    draws = np.random.default_rng(3)

    def sample(rows):
        wanted = draws.integers(0, 4, rows)
        return wanted, np.clip(wanted + draws.choice([-1, 0, 1], rows, p=[0.1, 0.8, 0.1]), 0, 3)

    true = value_of(kappa(*sample(1_000_000)), 1_000_000)
    names = np.array(list("abcd"))
    covered = 0
    for _ in range(40):
        wanted, said = sample(60)
        figure = measured(names[wanted].tolist(), names[said].tolist(), order=tuple("abcd")).figures["kappa"]
        covered += figure.low <= true <= figure.high
    assert covered >= 34


@given(PAIRS)
def test_figures_are_scikit_learns(pairs):
    wanted, said = (np.array(side) for side in zip(*pairs, strict=True))
    assert value_of(mean_distance(wanted, said, 3), len(pairs)) == pytest.approx(np.mean(np.abs(wanted - said)) / 3)
    if len(set(wanted) | set(said)) > 1:
        theirs = cohen_kappa_score(wanted, said, weights="quadratic", labels=range(4))
        assert value_of(kappa(wanted, said), len(pairs)) == pytest.approx(theirs)
    else:
        assert value_of(kappa(wanted, said), len(pairs)) == 0.0


@given(PAIRS, st.integers(0, 99))
def test_weights_are_repetitions(pairs, seed):
    wanted, said = (np.array(side) for side in zip(*pairs, strict=True))
    picked = np.random.default_rng(seed).integers(0, len(pairs), len(pairs))
    weights = np.bincount(picked, minlength=len(pairs)).astype(float)[None]
    for made in (kappa, lambda left, right: mean_distance(left, right, 3)):
        assert made(wanted, said)(weights)[0] == pytest.approx(value_of(made(wanted[picked], said[picked]), len(pairs)))
