"""Repeats, near-repeats and contradictions are found and reported; nothing is removed."""

import json

import pytest

from finewright.base.errors import DataError
from finewright.data.curate import curate, label_counts
from finewright.data.inputs import Inputs, near_across, near_among
from finewright.data.kind import recognise_kind

LONG = "my card has not arrived after two weeks and I would like to know where it is now please"


def test_duplicates_name_the_row_they_repeat(record) -> None:
    rows = [
        record("Where is it?", "x", 1),
        record("something else", "x", 2),
        record("where  is IT?", "x", 3),
        record("Where is it?", "x", 4, occurrence=2),
    ]
    found = curate(rows)
    assert found.duplicates == [(rows[0], rows[2]), (rows[0], rows[3])]
    assert found.contradictions == []
    assert found.near_duplicates == []


def test_contradictions_hold_every_row_that_says_the_same(record) -> None:
    rows = [record("a b", "x", 1), record("A  b", "y", 2), record("a b", "x", 3, occurrence=2), record("c", "x", 4)]
    found = curate(rows)
    assert found.contradictions == [tuple(rows[:3])]
    assert found.duplicates == [(rows[0], rows[2])]


def test_near_duplicates_come_once_with_their_similarity(record) -> None:
    rows = [
        record(LONG, "x", 1),
        record("far away", "x", 2),
        record(LONG + "!", "x", 3),
        record(LONG, "x", 4, occurrence=2),
    ]
    # Ninety letters less a repeated "ould " and four at the end make 83 grams; the mark adds one.
    ((first, later, alike),) = curate(rows).near_duplicates
    assert (first, later) == (rows[0], rows[2])
    assert alike == 83 / 84
    assert curate(rows, near=0.99).near_duplicates == []


def test_labels_are_counted_most_frequent_first(record) -> None:
    rows = [record(str(n), answer, n) for n, answer in enumerate("baacb")]
    assert list(label_counts(rows, "classes").items()) == [("a", 2), ("b", 2), ("c", 1)]


def test_a_shared_instruction_makes_nothing_alike(record) -> None:
    rows = [record(text, "x", n, system=LONG * 20) for n, text in enumerate(["where is my card", "what does it cost"])]
    assert curate(rows).near_duplicates == []


def test_one_question_about_many_documents_is_not_one_input(record) -> None:
    documents = [f"report {n}: " + f"item {n * 7919} " * 30 for n in range(40)]
    rows = [record("What is the total?", "x", n, system=text) for n, text in enumerate(documents)]
    found = curate(rows)
    assert (found.duplicates, found.near_duplicates, found.contradictions) == ([], [], [])
    almost = record("what is the total?", "y", 99, system=documents[3].upper())
    assert curate([*rows, almost]).contradictions == [(rows[3], almost)]


def test_nearness_within_agrees_with_nearness_across(record) -> None:
    texts = ["abcdefgh" * n for n in range(1, 6)] + [LONG, LONG + "?", LONG[1:]]
    inputs = Inputs(record(text, system=system) for text in texts for system in ("", "s" * 20, "s" * 21))
    across = {(a, b): s for a, b, s in near_across(inputs, inputs, 0.5)}
    among = near_among(inputs, 0.5)
    assert len(among) > 10
    assert {(a, b): s for a, b, s in among} | {(b, a): s for a, b, s in among} == {
        pair: s for pair, s in across.items() if pair[0] != pair[1]
    }


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        (["x", "y", "x", "y"], "classes"),
        (["x", "x", "y"], "classes"),
        (["x"] * 4, "classes"),
        (["one", "two", "three", "four"], "text"),
        (["long answer " * 10] * 4, "text"),
        (["two\nlines"] * 4, "text"),
        ([json.dumps({"n": 1})] * 4, "json"),
        ([json.dumps({"n": 1}), "[1]"], "text"),
        (["1", "2", "1", "2"], "classes"),
    ],
)
def test_the_kind_of_task_is_told_from_the_answers(record, answers: list[str], kind: str) -> None:
    assert recognise_kind([record(str(n), answer, n) for n, answer in enumerate(answers)], "auto") == kind


def test_a_kind_that_is_asked_for_is_taken_unless_it_cannot_be(record) -> None:
    rows = [record("a", '{"n": 1}', 1), record("b", "n is 1", 2)]
    assert recognise_kind(rows, "classes") == "classes"
    assert recognise_kind(rows, "text") == "text"
    assert recognise_kind(rows[:1], "json") == "json"
    with pytest.raises(DataError, match=r"train\.csv:2: the answer is not a JSON object; .* `task\.kind: text`"):
        recognise_kind(rows, "json")
