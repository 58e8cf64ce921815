"""JSON lines and JSON arrays: whatever was written is read, with its line; what is no JSON is named."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finewright.base.errors import DataError
from finewright.base.recipe import Data
from finewright.base.records import Refusal
from finewright.data.sources import json as array
from finewright.data.sources import jsonl
from finewright.data.sources.row import Row

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
OBJECTS = st.lists(st.dictionaries(st.text(), VALUES, max_size=4), max_size=6)


def lines(path: Path) -> list[Row | Refusal]:
    return list(jsonl.rows(path, Data(train=path)))


def elements(path: Path) -> list[Row | Refusal]:
    return list(array.rows(path, Data(train=path)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("json")


@given(OBJECTS, st.booleans())
def test_lines_round_trip(folder: Path, objects: list[dict[str, Any]], plain: bool) -> None:
    path = folder / "some.jsonl"
    path.write_text("".join(json.dumps(one, ensure_ascii=plain) + "\n\n" for one in objects), encoding="utf-8")
    assert lines(path) == [Row(1 + 2 * number, one) for number, one in enumerate(objects)]


@given(OBJECTS, st.sampled_from([None, 1]), st.integers(1, 40))
def test_arrays_round_trip_whatever_the_block(
    folder: Path, objects: list[dict[str, Any]], indent: int | None, block: int
) -> None:
    path = folder / "some.json"
    path.write_text(json.dumps(objects, indent=indent), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(array, "_BLOCK", block)
        read = elements(path)
    assert [row.values for row in read if isinstance(row, Row)] == objects
    assert len(read) == len(objects)


@pytest.mark.parametrize("block", [1, 2, 3, 7, 65536])
def test_array_lines_are_physical(write, monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(array, "_BLOCK", block)
    path = write("a.json", '\n[{"a": 1},\r\n\n{"a":\n 2}, 345,\n "x"]\n')
    one, two, number, string = elements(path)
    assert (one, two) == (Row(2, {"a": 1}), Row(4, {"a": 2}))
    assert (number.line, number.reason) == (5, "the element is a number, not an object")
    assert (string.line, string.reason) == (6, "the element is a string, not an object")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"data": []}', r"a\.json:1: the file is not a JSON array of rows; write .* `data.type: jsonl`"),
        ('[{"a": 1}\n{"a": 2}]', r"a\.json:2: a comma or the closing \] is missing here"),
        ('[{"a": 1},\n\n {"a" 2}]', r"a\.json:3: the text here is not valid JSON \(Expecting ':' delimiter\)"),
        ('[{"a": 1},\n', r"a\.json:2: the text here is not valid JSON"),
        ('[{"a": 1}]\nmore', r"a\.json:2: text follows the end of the array"),
        ('[{"a": NaN}]', r"a\.json:1: the text here is not valid JSON \(NaN is not JSON\)"),
        ('[{"a": ' + "[" * 100_000, r"a\.json:1: the text here is nested too deeply"),
    ],
)
def test_array_faults_name_their_line(write, content: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        elements(write("a.json", content))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"a": 1', "the line is not valid JSON (Expecting ',' delimiter at character 8)"),
        ("text,label", "the line is not valid JSON (Expecting value at character 1)"),
        ('{"a": NaN}', "the line is not valid JSON (NaN is not JSON)"),
        ("[1, 2]", "the line is an array, not an object"),
        ("null", "the line is null, not an object"),
        ("[" * 100_000, "the line is nested too deeply"),
        ('{"a": ' + "9" * 5000 + "}", None),
    ],
)
def test_a_bad_line_is_refused_and_reading_goes_on(write, line: str, reason: str | None) -> None:
    good, bad, last = lines(write("a.jsonl", '{"a": 1}\n' + line + '\n{"a": 2}\r\n'))
    assert (good, last) == (Row(1, {"a": 1}), Row(3, {"a": 2}))
    assert isinstance(bad, Refusal)
    assert bad.line == 2
    assert bad.remedy
    assert reason is None or bad.reason == reason


def test_a_line_separator_inside_a_string_ends_no_line(write) -> None:
    assert lines(write("a.jsonl", '{"a": "x\u2028y\u0085z"}\n{"a": 1}\n')) == [
        Row(1, {"a": "x\u2028y\u0085z"}),
        Row(2, {"a": 1}),
    ]
