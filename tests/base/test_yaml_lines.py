"""YAML as values with lines: what JSON says, YAML says, and every key knows its line."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finewright.base.errors import InputError
from finewright.base.yaml_lines import read_yaml

FILE = Path("some.yaml")
PRINTABLE = st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc"]), max_size=10)
SCALARS = st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.floats(-1e9, 1e9) | PRINTABLE
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(PRINTABLE, inner, max_size=3)
)


@given(values=st.dictionaries(PRINTABLE, VALUES, max_size=4))
def test_json_reads_as_the_same_values(values: dict[str, object]) -> None:
    document = read_yaml(json.dumps(values, ensure_ascii=False), FILE)
    assert document.values == values
    assert document.faults == []


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"),
        ("ON", "ON"),
        ("True", True),
        ("~", None),
        ("", None),
        ("010", 10),
        ("0x1F", "0x1F"),
        ("1:30", "1:30"),
        ("1_000", "1_000"),
        ("5e-4", 5e-4),
        ("+.5", 0.5),
        (".inf", ".inf"),
        ("1e999", "1e999"),
        ("9" * 19, float("9" * 19)),
        ("2024-01-01", "2024-01-01"),
        ("'12'", "12"),
        ("=", "="),
        ("<<", "<<"),
    ],
)
def test_plain_scalars_follow_the_core_schema(written: str, value: object) -> None:
    found = read_yaml(f"key: {written}", FILE).get("key")
    assert found == value
    assert type(found) is type(value)


def test_every_key_and_every_item_of_a_list_has_its_line() -> None:
    document = read_yaml("a: 1\nb:\n  c: [x,\n    {d: 2}]\n\n  e: |\n    text\n", FILE)
    items = {("b", "c", "0"): 3, ("b", "c", "1"): 4, ("b", "c", "1", "d"): 4}
    assert document.lines == {(): 1, ("a",): 1, ("b",): 2, ("b", "c"): 3, **items, ("b", "e"): 6}
    assert document.get("b", "e") == "text\n"
    assert document.get("b", "x", "y") is None
    assert str(document.place(("b", "x", "y"))) == "some.yaml:2"


def test_the_first_of_two_equal_keys_is_kept_and_the_second_told() -> None:
    document = read_yaml("a: 1\nb: 2\na: 3\n", FILE)
    assert document.values == {"a": 1, "b": 2}
    assert [str(fault) for fault in document.faults] == [
        "some.yaml:3: 'a' is written twice, first on line 1; keep one of the two."
    ]


@pytest.mark.parametrize("text", ["a: &x [*x]", "a: &x 1\nb: *x", "!!python/tuple []", "a: !!int '1'"])
def test_anchors_aliases_and_tags_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="not used here; quote the value or write it out"):
        read_yaml(text, FILE)
