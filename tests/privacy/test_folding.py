"""Folding: what becomes what, and that every span of the folded text leads back to what it was made of."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finewright.privacy.folding import fold, plain

ODD = (
    "aB1 @.-\0&;#\u200b\u00ad\u202e\ufeff\u00a0\u2007\u3000"
    "\uff21\uff20\uff11\u0664\u0967\U0001d7d9\ufb03\u0435\u0421\u0391\u03bf\u0436\u00e9e\u0301\u2011\u2019漢"
)
texts = st.lists(st.sampled_from([*ODD, "&#64;", "&amp;#64;", "&nbsp;", "&amp;", "&zwnj;", "&#x41;"]), max_size=30).map(
    "".join
)


@pytest.mark.parametrize(
    ("given_text", "read"),
    [
        ("DE89\u200b3704", "DE893704"),
        ("DE89\u00a03704\u20070044", "DE89 3704 0044"),
        ("ＤＥ８９　３７０４", "DE89 3704"),
        ("anna&#64;example&#x2E;com", "anna@example.com"),
        ("anna&amp;#64;example.com", "anna@example.com"),
        ("A&amp;B &unknown; &", "A&B &unknown; &"),
        ("4111\0 1111", "4111 1111"),
        ("\u0664\u0661\u0661\u0661 \u0967\u0968", "4111 12"),
        ("𝟒𝟏𝟏𝟏", "4111"),
        ("12\u201134\u201356", "12-34-56"),
        ("D\u041589 3704", "DE89 3704"),
        ("\u0412\u041568 5390", "BE68 5390"),
        ("j\u043ehn@ex\u0430mple.com", "john@example.com"),
        ("o\ufb03ce", "office"),
        ("Jose\u0301", "José"),
        ("note\u00b2", "note\u00b2"),
    ],
)
def test_what_is_read(given_text: str, read: str) -> None:
    assert plain(given_text) == read


@pytest.mark.parametrize(
    "text", ["Москва дом пять", "Αθήνα", "plain text", "naïve Zürich", "漢字かな交じり", "mол", "नमस्ते", "ж5"]
)
def test_words_of_one_script_stay(text: str) -> None:
    """Of `mол` one letter looks like none of ours, so none of it is changed."""
    assert plain(text) == text


def test_plain_text_comes_back_as_the_same_object() -> None:
    text = "Nothing here to be read in another way than it is written: 4111 1111 1111 1111."
    assert fold(text).text is text


def test_what_is_not_seen_stays_out_of_the_span() -> None:
    text = "\u200bDE89\u200b3704\u200b."
    folded = fold(text)
    start = folded.text.index("DE89")
    assert text[slice(*folded.origin(start, start + 8))] == "DE89\u200b3704"


def test_an_entity_is_taken_whole() -> None:
    text = "x anna&#64;example.com y"
    folded = fold(text)
    at = folded.text.index("@")
    assert text[slice(*folded.origin(at, at + 1))] == "&#64;"


@settings(max_examples=150, deadline=None)
@given(texts)
def test_every_character_leads_back(text: str) -> None:
    """Each character of the folded text comes from an own stretch of the original, in order, which folds to it; what
    lies between two stretches cannot be seen."""
    folded = fold(text)
    end = 0
    for place, character in enumerate(folded.text):
        first, last = folded.origin(place, place + 1)
        assert first < last
        assert first >= end or folded.origin(place - 1, place) == (first, last)
        if first > end:
            assert plain(text[end:first]) == ""
        assert character in _latin_or_itself(plain(text[first:last])), (place, character)
        end = last


def _latin_or_itself(read: str) -> str:
    """Alone a look-alike is no mixed token; beside a digit it is."""
    return read + plain(f"1{read}")


@settings(max_examples=100, deadline=None)
@given(texts)
def test_folding_a_folded_text_changes_nothing_but_entities(text: str) -> None:
    once = plain(text)
    if "&" not in once:
        assert plain(once) == once


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_folded(text: str) -> None:
    folded = fold(text)
    if folded.text:
        start, end = folded.origin(0, len(folded.text))
        assert 0 <= start < end <= len(text)
