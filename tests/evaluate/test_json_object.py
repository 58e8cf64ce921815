"""Reading an object out of an answer, and comparing values by meaning."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finewright.evaluate.json_object import json_type, read_object, same_value

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.text(), VALUES, max_size=4)


@given(OBJECTS)
def test_an_object_is_read_back(value):
    text = json.dumps(value)
    assert read_object(text) == value
    assert read_object(f"\n {text}\t") == value
    assert read_object(f"```json\n{text}\n```") == value
    assert read_object(f"```{text}```") == value


@given(st.text())
def test_any_text_is_read_or_refused(text):
    assert read_object(text) is None or isinstance(read_object(text), dict)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "```",
        "``````",
        "null",
        "[1]",
        '"text"',
        '{"a": 1} {"b": 2}',
        'Here it is: {"a": 1}',
        '{"a": 1} as asked',
        '{"a": 1, "a": 2}',
        '{"a": NaN}',
        '{"a": -Infinity}',
        '{"a": 1',
        "{'a': 1}",
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"a": ' + "1" * 5000 + "}",
    ],
)
def test_anything_else_is_refused(text):
    assert read_object(text) is None


@pytest.mark.parametrize(
    ("left", "right"),
    [(1240, 1240.0), (" EUR", "EUR\n"), ([1, "a "], [1.0, "a"]), ({"a": 1, "b": 2}, {"b": 2, "a": 1.0})],
)
def test_same(left, right):
    assert same_value(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (1240, "1240"),
        (True, 1),
        (False, 0),
        (None, ""),
        ("EUR", "eur"),
        ([1], [1, 1]),
        ({"a": 1}, {"b": 1}),
        ([], {}),
        (1, 2),
    ],
)
def test_not_same(left, right):
    assert not same_value(left, right)
    assert not same_value(right, left)


@given(VALUES, VALUES)
def test_sameness_is_reflexive_and_symmetric(left, right):
    assert same_value(left, left)
    assert same_value(left, right) == same_value(right, left)


def test_types_have_jsons_names():
    named = [json_type(value) for value in (True, 1, 1.5, "", None, [], {})]
    assert named == ["boolean", "number", "number", "string", "null", "array", "object"]
