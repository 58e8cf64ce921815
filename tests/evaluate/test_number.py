"""Numbers as answers: right by value, wrong by scale, sign, unit, or where there is a choice of several."""

import pytest

from finewright.base.errors import DataError
from finewright.base.records import Message, Prediction, Record
from finewright.evaluate.measure import measure
from finewright.evaluate.scorers.number import number
from finewright.evaluate.task import Task


def record(answer: str, name: str = "r") -> Record:
    return Record(name, (Message("user", "How much?"),), answer, source="rows.jsonl", line=3)


@pytest.mark.parametrize(
    ("wanted", "said", "right"),
    [
        ("1,234.50", "1234.5", True),
        ("(12)", "-12", True),
        ("(12)", "12", False),
        ("12.5%", "0.125", True),
        ("12.5%", "12.5", False),
        ("$1.2 million", "$1,200,000", True),
        ("$1.2 million", "1,200,000", True),
        ("$1.2 million", "€1,200,000", False),
        ("$1.2 million", "$1.2", False),
        ("42", "42 or 43", False),
        ("42", "forty-two", False),
        ("42 days", "42 years", False),
        ("42 days", "42 day", True),
    ],
)
def test_right_is_by_value(wanted, said, right):
    assert number()(said, record(wanted)).correct is right


def test_tolerance_is_a_share_of_the_reference():
    near, wanted = number(0.01), record("-200")
    assert near("-198", wanted).correct
    assert near("-202", wanted).correct
    assert not near("-197.9", wanted).correct
    assert not near("198", wanted).correct


def test_parts_tell_validity_and_unit():
    assert number()("€5", record("5 EUR")).parts == {"validity": 1.0, "unit": 1.0}
    assert number()("5", record("5 EUR")).parts == {"validity": 1.0, "unit": 0.0}
    assert number()("?", record("5 EUR")).parts == {"validity": 0.0, "unit": 0.0}


def test_a_reference_that_is_no_number_is_refused_by_its_row():
    with pytest.raises(DataError, match=r"rows\.jsonl:3: the answer is not one number"):
        number()("5", record("five"))


def test_figures_of_numbers():
    task = Task("numbers", "", (), (), 8, tolerance=0.0)
    records = [record("1", "a"), record("2 kg", "b"), record("3", "c"), record("4", "d")]
    said = ["1.0", "2", "5", "none"]
    found = measure(task, records, [Prediction(one.id, text) for one, text in zip(records, said, strict=True)], 1, 0.95)
    assert {name: figure.value for name, figure in found.figures.items()} == {
        "right_numbers": 0.5,
        "validity": 0.75,
        "unit": 0.5,
    }
    assert found.correct == {"a": True, "b": True, "c": False, "d": False}
