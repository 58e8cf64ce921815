"""Rows and nested JSON: what is scanned under which header; what is rebuilt is what it was but for findings."""

import datetime
import json
import re
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finewright.privacy.cells import Ahead, replaced, scanned
from finewright.privacy.detector import Detector
from finewright.privacy.finding import Finding
from finewright.privacy.json_text import looks_like_json, spliced
from finewright.privacy.recogniser import Recogniser

EMAIL = Recogniser("email", re.compile(r"[a-z]+@[a-z]+\.com"), str.lower, needs="@", alone=0.9)
NUMBER = Recogniser(
    "account",
    re.compile(r"(?<!\d)\d{8}(?!\d)"),
    str,
    needs="0123456789",
    context=frozenset({"account"}),
    headers=frozenset({"acct"}),
)
DATE = Recogniser("birth_date", re.compile(r"\d{4}-\d\d-\d\d"), str, needs="-", headers=frozenset({"born"}))
DETECTOR = Detector([EMAIL, NUMBER, DATE])
FIND = DETECTOR.find


def marked(finding: Finding, surface: str) -> str:
    return f"<{finding.kind}>"


def made(row: dict[str, Any]) -> dict[str, Any]:
    return replaced(row, FIND, marked)[0]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"acct": "12345678", "other": "12345678"}, {"acct": "<account>", "other": "12345678"}),
        ({"acct": 12345678, "n": 1, "b": True, "z": None}, {"acct": "<account>", "n": 1, "b": True, "z": None}),
        ({"a": {"acct": ["12345678"]}}, {"a": {"acct": ["<account>"]}}),
        ({"a": {"ann@x.com": 1}}, {"a": {"<email>": 1}}),
        ({"born": datetime.date(1990, 1, 2)}, {"born": "<birth_date>"}),
        ({"raw": b"ann@x.com \xff"}, {"raw": b"<email> \xff"}),
        ({"f": '=HYPERLINK("mailto:ann@x.com","x")'}, {"f": '=HYPERLINK("mailto:<email>","x")'}),
        ({"j": '{"acct": 12345678, "p": 1.10}'}, {"j": '{"acct": "<account>", "p": 1.10}'}),
        ({"j": '{"a": "{\\"acct\\": \\"12345678\\"}"}'}, {"j": '{"a": "{\\"acct\\": \\"<account>\\"}"}'}),
        ({"broken": '{"acct": ann@x.com'}, {"broken": '{"acct": <email>'}),
    ],
)
def test_cells_are_read_under_their_names(row: dict[str, Any], expected: dict[str, Any]) -> None:
    assert made(row) == expected


@pytest.mark.parametrize(
    ("before", "new", "after"),
    [
        (12345678, "87654321", 87654321),
        (12345678, "07654321", "07654321"),
        (12345678.0, "87654321", 87654321.0),
        (datetime.date(1990, 1, 2), "1991-01-02", datetime.date(1991, 1, 2)),
    ],
)
def test_what_can_keep_its_type_does(before: Any, new: str, after: Any) -> None:
    cell = replaced({"acct born": before}, FIND, lambda *_: new)[0]["acct born"]
    assert cell == after
    assert type(cell) is type(after)


def test_a_number_in_json_text_stays_one() -> None:
    assert replaced({"j": '{"acct": 12345678}'}, FIND, lambda *_: "87654321")[0] == {"j": '{"acct": 87654321}'}


def test_a_turn_has_the_turn_before_as_context() -> None:
    asked = {"role": "assistant", "content": "And your account number?"}
    said = {"role": "user", "content": "12345678"}
    for messages in ([asked, said], json.dumps([asked, said])):
        assert "12345678" not in str(made({"messages": messages}))
    for messages in ([said, asked], [{"role": "user", "content": "Thanks"}, said]):
        assert "12345678" in str(made({"messages": messages}))
    assert "12345678" in str(made({"a": [asked], "b": [said]}))


def test_where_and_what() -> None:
    row = {"messages": [{"content": "x"}, {"content": "to ann@x.com"}], "j": '{"k": ["bob@x.com"]}'}
    found = scanned(row, FIND)
    assert [(one.place, one.surface, one.finding.start) for one in found] == [
        ("messages[1].content", "ann@x.com", 3),
        ("j.k[0]", "bob@x.com", 0),
    ]


def test_no_key_is_lost_where_two_become_one() -> None:
    row = made({"a": {"ann@x.com": 1, "bob@x.com": 2, "<email> 2": 3}})
    assert sorted(row["a"].values()) == [1, 2, 3]
    assert "@" not in str(row)


def test_deep_nesting_is_walked() -> None:
    deep: Any = "ann@x.com"
    for _ in range(5000):
        deep = [deep]
    inner = made({"a": deep})["a"]
    while isinstance(inner, list):
        inner = inner[0]
    assert inner == "<email>"
    assert made({"a": "[" * 100_000 + "ann@x.com" + "]" * 100_000})["a"].count("<email>") == 1


def test_rows_shown_together_are_searched_once_and_give_what_each_gives() -> None:
    asked = [{"role": "assistant", "content": "And your account number?"}, {"role": "user", "content": "12345678"}]
    rows = [
        {"messages": asked, "acct": 12345678},
        {"j": '{"acct": 12345678, "b": ["ann@x.com"]}', "ann@x.com": {"bob@x.com": "cy@x.com"}},
    ]
    searched: list[int] = []

    def find_all(texts: Sequence[str], headers: Sequence[str]) -> list[list[Finding]]:
        searched.append(len(texts))
        return DETECTOR.find_all(texts, headers)

    ahead = Ahead(find_all)
    ahead.look(rows)
    assert [replaced(row, ahead, marked) for row in rows] == [replaced(row, FIND, marked) for row in rows]
    assert len(searched) == 1
    assert ahead("to dan@x.com") == FIND("to dan@x.com")
    ahead.look([])
    assert ahead("12345678", "acct") == FIND("12345678", "acct")


leaves = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8) | st.just("ann@x.com")
)
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
)


@settings(max_examples=60, deadline=None)
@given(values, st.booleans(), st.sampled_from([None, 2]))
def test_json_text_is_rebuilt_as_its_value_would_be(value: Any, ascii_only: bool, indent: int | None) -> None:
    """The independent way: parse, replace in the value, compare with the parsed splice."""

    def by_value(one: Any) -> Any:
        if isinstance(one, dict):
            return {key: by_value(inner) for key, inner in one.items()}
        if isinstance(one, list):
            return [by_value(inner) for inner in one]
        return one.replace("ann@x.com", "<email>") if isinstance(one, str) else one

    text = json.dumps([value], ensure_ascii=ascii_only, indent=indent)
    assert looks_like_json(text)
    new = spliced(text, lambda one, _: one.replace("ann@x.com", "<email>"))
    assert json.loads(new) == by_value([value])
    assert spliced(text, lambda one, _: one) is text


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.text(max_size=5), values, max_size=4))
def test_a_row_without_findings_is_the_same(row: dict[str, Any]) -> None:
    assert replaced(row, lambda text, header="": [], marked) == (row, [])
