"""The scorers: what counts as right, and that no answer breaks them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finewright.base.errors import DataError
from finewright.base.records import Message, Record
from finewright.evaluate.scorers import scorer_for
from finewright.evaluate.scorers.exact import exact
from finewright.evaluate.scorers.json_record import json_record
from finewright.evaluate.scorers.label import label
from finewright.evaluate.task import JsonField, Task

FIELDS = (
    JsonField("code", "string", ("A", "B")),
    JsonField("amount", "number"),
    JsonField("note", "string", required=False),
)


def record(answer):
    return Record("r", (Message("user", "text"),), answer, source="rows.jsonl", line=7)


REFERENCE = record('{"code": "A", "amount": 1240.5}')


@pytest.mark.parametrize(
    ("said", "correct", "validity"), [("a", 1, 1), (" a\n", 1, 1), ("b", 0, 1), ("A", 0, 0), ("a b", 0, 0), ("", 0, 0)]
)
def test_label(said, correct, validity):
    score = label(["a", "b"])(said, record("a"))
    assert (score.correct, score.parts) == (bool(correct), {"validity": float(validity)})


@pytest.mark.parametrize(
    ("said", "correct"), [("two  words", True), (" two\nwords ", True), ("Two words", False), ("", False)]
)
def test_exact(said, correct):
    assert exact()(said, record("two words")).correct is correct


@pytest.mark.parametrize(
    ("said", "correct", "validity", "fields"),
    [
        ({"code": "A", "amount": 1240.5}, True, 1, 1),
        ({"amount": 1240.50, "code": " A "}, True, 1, 1),
        ({"code": "B", "amount": 1240.5}, False, 1, 0.5),
        ({"code": "A", "amount": "1,240.50"}, False, 1, 0.5),
        ({"code": "A", "amount": 1240.5, "note": "x"}, False, 1, 1),
        ({"code": "A", "amount": 1240.5, "more": "x"}, False, 0, 1),
        ({"code": "A"}, False, 0, 0.5),
        ({}, False, 0, 0),
    ],
)
def test_json_record(said, correct, validity, fields):
    score = json_record(FIELDS)(json.dumps(said), REFERENCE)
    assert score.correct is correct
    assert score.parts["validity"] == validity
    assert score.parts["fields"] == fields


def test_each_field_is_told_apart():
    parts = json_record(FIELDS)('{"code": "A", "amount": 1}', REFERENCE).parts
    assert (parts["field:code"], parts["field:amount"]) == (1.0, 0.0)
    assert "field:note" not in parts


def test_a_null_that_is_wanted_is_not_an_absent_field():
    wanted = record('{"code": null, "amount": 1}')
    assert not json_record(FIELDS)('{"amount": 1}', wanted).correct
    assert json_record(FIELDS)('{"code": null, "amount": 1}', wanted).correct


def test_an_empty_reference_is_met_by_an_empty_object_alone():
    judge = json_record(())
    assert judge("{}", record("{}")).parts["fields"] == 1.0
    assert judge("none", record("{}")).parts["fields"] == 0.0


def test_prose_is_no_record():
    assert json_record(FIELDS)(f"The record is {REFERENCE.answer}", REFERENCE).parts["validity"] == 0
    assert json_record(FIELDS)(f"```json\n{REFERENCE.answer}\n```", REFERENCE).correct


def test_a_reference_that_is_no_object_is_named():
    with pytest.raises(DataError, match=r"rows\.jsonl:7"):
        json_record(FIELDS)("{}", record("text"))


def task(kind):
    return Task(kind, "Do it.", ("a", "b") if kind == "classes" else (), FIELDS if kind == "json" else (), 9)


@given(st.sampled_from(["classes", "json", "text"]), st.text() | st.just("[" * 50_000))
def test_no_answer_breaks_a_scorer(kind, said):
    reference = REFERENCE if kind == "json" else record("a")
    score = scorer_for(task(kind))(said, reference)
    assert all(0 <= value <= 1 for value in score.parts.values())


@pytest.mark.parametrize("kind", ["classes", "json", "text"])
def test_the_reference_itself_is_right(kind):
    reference = REFERENCE if kind == "json" else record("a")
    assert scorer_for(task(kind))(reference.answer, reference).correct
