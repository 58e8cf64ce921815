"""What a task makes of training answers."""

import json

import pytest

from finewright.base.errors import DataError, InputError
from finewright.base.records import Message, Record
from finewright.evaluate.task import JsonField, Task, make_task, most_frequent


def records(*answers):
    return [
        Record(f"r{n}", (Message("user", f"text {n}"),), answer, source="rows.csv", line=n + 2)
        for n, answer in enumerate(answers)
    ]


def json_task(*objects):
    return make_task("json", "Read it.", records(*map(json.dumps, objects)), len)


def field(task, name):
    return next(found for found in task.fields if found.name == name)


def test_labels_are_sorted_and_distinct():
    task = make_task("classes", "Sort it.", records("b", "a", "b"), len)
    assert task.labels == ("a", "b")
    assert task.fields == ()


def test_the_longest_answer_gets_a_quarter_and_eight_more():
    assert make_task("text", "Say it.", records("x" * 40, "x"), len).max_tokens == 58
    assert make_task("text", "Say it.", records("x" * 40), len, max_tokens=5).max_tokens == 5


def test_fields_come_by_first_appearance_with_type_and_choices():
    task = json_task(
        *({"code": code, "invoice": f"{n}", "amount": n / 4} for n, code in enumerate("ABAB")), {"currency": "EUR"}
    )
    assert [found.name for found in task.fields] == ["code", "invoice", "amount", "currency"]
    assert field(task, "code") == JsonField("code", "string", ("A", "B"), required=False)
    assert field(task, "invoice") == JsonField("invoice", "string", None, required=False)
    assert field(task, "amount").type == "number"


def test_a_field_that_every_answer_has_is_required():
    task = json_task({"a": 1, "b": 1}, {"a": None})
    assert field(task, "a") == JsonField("a", "null or number", None, required=True)
    assert not field(task, "b").required


@pytest.mark.parametrize(
    ("values", "closed"),
    [
        (["x", "x"], True),
        (["x", "y", "x"], False),
        ([1, 2, 1, 2], True),
        ([0.5, 0.5], False),
        ([True, False, True, False], True),
        ([None, "x", None, "x"], True),
        ([["x"], ["x"]], False),
        ([str(n % 50) for n in range(100)], True),
        ([str(n % 51) for n in range(102)], False),
    ],
)
def test_a_closed_set_is_small_and_repeats(values, closed):
    found = field(json_task(*({"a": value} for value in values)), "a")
    assert (found.choices is not None) == closed


def test_an_answer_that_is_no_object_is_named():
    with pytest.raises(DataError, match=r"rows\.csv:3: the answer is not one JSON object"):
        make_task("json", "Read it.", records("{}", "none"), len)


def test_the_task_survives_its_manifest():
    task = json_task({"a": True, "b": 1, "c": "x", "d": None}, {"a": True, "b": 1, "c": "x", "d": None})
    assert Task.from_json(json.loads(json.dumps(task.to_json()))) == task
    assert field(Task.from_json(task.to_json()), "a").choices == (True,)
    assert isinstance(field(Task.from_json(task.to_json()), "b").choices[0], int)


@pytest.mark.parametrize("stored", [None, {}, {"kind": "songs"}, []])
def test_a_damaged_manifest_is_refused(stored):
    with pytest.raises(InputError, match="damaged"):
        Task.from_json(stored)


def test_a_json_answer_that_is_no_object_is_named():
    with pytest.raises(DataError, match=r"rows\.csv:2"):
        make_task("json", "Read it.", records("text"), len)


def test_of_equally_frequent_texts_the_first_in_order_wins():
    assert most_frequent(["b", "a", "b", "a", "c"]) == "a"
