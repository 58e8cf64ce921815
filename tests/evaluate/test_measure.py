"""Figures from answers, against scikit-learn and by hand."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from finewright.base.records import Message, Prediction, Record
from finewright.evaluate.measure import DECIDING, measure, resampled
from finewright.evaluate.statistics.f1 import macro_f1
from finewright.evaluate.statistics.intervals import value_of, wilson
from finewright.evaluate.task import make_task


def measured(kind, wanted, said, confidence=0.95):
    records = [Record(f"r{n}", (Message("user", f"text {n}"),), answer) for n, answer in enumerate(wanted)]
    predictions = [Prediction(f"r{n}", answer, "stop", 10, n) for n, answer in enumerate(said)]
    return measure(make_task(kind, "Do it.", records, len), records, predictions, 2.5, confidence)


def test_classes():
    result = measured("classes", list("aabb"), list("abbb"))
    assert result.figures["accuracy"].value == 0.75
    assert (result.figures["accuracy"].low, result.figures["accuracy"].high) == wilson(3, 4, 0.95)
    assert result.figures["macro_f1"].value == pytest.approx((2 / 3 + 4 / 5) / 2)
    assert result.correct == {"r0": True, "r1": False, "r2": True, "r3": True}
    assert (result.rows, result.seconds, result.prompt_tokens, result.completion_tokens) == (4, 2.5, 10.0, 1.5)
    assert result.shares == {}


def test_json():
    wanted = [json.dumps({"a": "x", "b": n}) for n in range(4)]
    said = [wanted[0], '{"a": "x", "b": 9}', "none", '{"a": "y", "b": 3}']
    result = measured("json", wanted, said)
    assert {name: figure.value for name, figure in result.figures.items()} == {
        "records": 0.25,
        "fields": 0.5,
        "validity": 0.75,
        "field:a": 0.5,
        "field:b": 0.5,
    }
    assert result.shares == {"r0": 1.0, "r1": 0.5, "r2": 0.0, "r3": 0.5}


def test_text():
    result = measured("text", ["a b", "c"], ["a  b", "d"])
    assert set(result.figures) == {"exact", "chrf", "rouge_l"}
    assert result.figures["exact"].value == 0.5


@pytest.mark.parametrize("kind", ["classes", "json", "text"])
def test_the_deciding_figure_is_there(kind):
    wanted = ['{"a": 1}', '{"a": 2}']
    assert DECIDING[kind] in measured(kind, wanted, wanted).figures


@pytest.mark.parametrize("kind", ["classes", "json"])
def test_all_right_is_no_proof_of_perfection(kind):
    wanted = ['{"a": 1}', '{"a": 2}'] * 10
    for figure in measured(kind, wanted, wanted).figures.values():
        assert figure.value == figure.high == 1.0
        assert figure.low == wilson(figure.rows, figure.rows, 0.95)[0]


def test_predictions_of_other_rows_are_refused():
    record = Record("r0", (Message("user", "text"),), "a")
    task = make_task("text", "Do it.", [record], len)
    for records, predictions in (([record], [Prediction("r1", "a")]), ([record], []), ([], [])):
        with pytest.raises(ValueError, match="predictions must be those"):
            measure(task, records, predictions, 1.0, 0.95)


def sets(labels):
    return [{label} for label in labels]


LABELS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abcd")), min_size=1, max_size=40)


@given(LABELS)
def test_macro_f1_is_scikit_learns_over_the_labels_that_are_wanted(pairs):
    wanted, said = zip(*pairs, strict=True)
    theirs = f1_score(wanted, said, average="macro", labels=sorted(set(wanted)), zero_division=0)
    assert value_of(macro_f1(sets(wanted), sets(said)), len(pairs)) == pytest.approx(theirs)


@given(LABELS, st.integers(0, 99))
def test_weights_are_repetitions(pairs, seed):
    wanted, said = zip(*pairs, strict=True)
    picked = np.random.default_rng(seed).integers(0, len(pairs), len(pairs))
    weights = np.bincount(picked, minlength=len(pairs)).astype(float)[None]
    repeated = macro_f1(sets(wanted[i] for i in picked), sets(said[i] for i in picked))
    assert macro_f1(sets(wanted), sets(said))(weights)[0] == pytest.approx(value_of(repeated, len(pairs)))


@given(LABELS)
@settings(max_examples=20)
def test_a_resampled_figure_holds_its_value(pairs):
    wanted, said = zip(*pairs, strict=True)
    figure = resampled(macro_f1(sets(wanted), sets(said)), len(pairs), 0.95)
    assert 0 <= figure.low <= figure.value <= figure.high <= 1


def test_the_same_answers_give_the_same_figures():
    wanted, said = list("abcabcab"), list("abccbaab")
    assert measured("classes", wanted, said) == measured("classes", wanted, said)


def test_more_confidence_is_a_wider_figure():
    wanted, said = list("abcabcab") * 5, list("abccbaab") * 5
    narrow, wide = measured("classes", wanted, said, 0.8), measured("classes", wanted, said, 0.99)
    for name in ("accuracy", "macro_f1"):
        assert wide.figures[name].low < narrow.figures[name].low
        assert wide.figures[name].high > narrow.figures[name].high
