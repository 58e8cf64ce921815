"""Lists of labels: one text for one set, and nothing that breaks the reading."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finewright.base.label_list import labels_in, labels_text, read_labels

LABELS = st.lists(st.text(min_size=1).map(str.strip).filter(bool))


@given(LABELS, st.randoms())
def test_order_and_repetition_change_nothing(labels, draw):
    other = labels * 2
    draw.shuffle(other)
    assert labels_text(labels) == labels_text(other)
    assert read_labels(labels_text(labels)) == tuple(sorted(set(labels)))


@given(st.text() | st.just("[" * 50_000))
def test_any_text_is_read_or_not(text):
    found = read_labels(text)
    assert found is None or all(isinstance(label, str) for label in found)


@pytest.mark.parametrize("text", ["", "a", '"a"', '{"a": 1}', "[1]", '["a", null]', '[["a"]]', "['a']", '["a"', "null"])
def test_what_is_no_list_of_strings(text):
    assert read_labels(text) is None
    assert labels_in(text, "labels") == ()


def test_labels_of_each_kind():
    assert labels_in('["b", " a", "b"]', "labels") == ("a", "b")
    assert labels_in("[]", "labels") == ()
    assert labels_in('["b"]', "classes") == ('["b"]',)
    assert labels_in('["b"]', "json") == labels_in('["b"]', "text") == labels_in("", "documents") == ()


def test_the_text_is_json_with_its_letters_kept():
    assert labels_text(["über", "a"]) == '["a","über"]'
    assert json.loads(labels_text([])) == []
