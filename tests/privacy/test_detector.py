"""The detector: context, headers, gates, overlaps, windows. Recognisers are small ones of its own."""

import re
import time
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finewright.privacy import detector as module
from finewright.privacy.detector import Detector, without_overlap
from finewright.privacy.finding import Finding
from finewright.privacy.names.tagger import names as named
from finewright.privacy.reader import Reader
from finewright.privacy.recogniser import Recogniser
from finewright.privacy.recognisers.catalogue import CATALOGUE


def even(written: str) -> str | None:
    """A checksum of sorts: the digits add up to an even number."""
    digits = [int(digit) for digit in written if digit.isdecimal()]
    return "".join(map(str, digits)) if sum(digits) % 2 == 0 else None


def same(written: str) -> str | None:
    return written


NUMBER = Recogniser(
    "account",
    re.compile(r"(?<!\d)\d{4,8}(?!\d)"),
    same,
    needs="0123456789",
    context=frozenset({"account", "konto", "口座"}),
    headers=frozenset({"acct", "acctno"}),
    near=0.8,
)
CARD = Recogniser(
    "payment_card",
    re.compile(r"(?<!\d)\d{4}(?: ?\d{4})(?!\d)"),
    even,
    needs="0123456789",
    proves=True,
    alone=1.0,
    near=1.0,
)
ALL = Detector(CATALOGUE, named)
EMAIL = Recogniser("email", re.compile(r"[a-z]+@[a-z]+\.com"), same, needs="@", alone=0.9)


def kinds(findings: list[Finding], text: str) -> list[tuple[str, str]]:
    return [(finding.kind, text[finding.start : finding.end]) for finding in findings]


@pytest.mark.parametrize(
    ("text", "header", "found"),
    [
        ("the account 12345 is old", "", True),
        ("ACCOUNT: 12345", "", True),
        ("accountant 12345", "", False),
        ("the number 12345 is not", "", False),
        ("the number 12345", "Acct", True),
        ("the number 12345", "acct_no", True),
        ("the number 12345", "customerAcctNo", True),
        ("the number 12345", "contact", False),
        ("12345", "my account", True),
        ("口座番号12345", "", True),
        ("account " + "x" * 50 + " 12345", "", False),
    ],
)
def test_a_number_needs_a_word_of_its_kind(text: str, header: str, found: bool) -> None:
    assert bool(Detector([NUMBER]).find(text, header)) is found


@pytest.mark.parametrize(
    ("text", "header", "found"),
    [
        ("12345", "", True),
        ("order 12345", "", False),
        ("order of the account 12345", "", True),
        ("account of the order 12345", "", False),
        ("12345", "order", False),
        ("12345", "acct", True),
        ("reorder 12345", "", True),
    ],
)
def test_a_nearer_word_of_another_kind_speaks_against_it(text: str, header: str, found: bool) -> None:
    against = replace(NUMBER, alone=0.6, against=frozenset({"order"}))
    assert bool(Detector([against]).find(text, header)) is found


@pytest.mark.parametrize(
    ("pattern", "firsts"),
    [
        (r"[0-36](?<![^\W_][0-9])[0-9]{3}", "01236"),
        (r"A(?<![^\W_]A)KIA", "A"),
        (r"\+(?<![^\W_]\+)1", "+"),
        (r"[0-9A](?<![^\W_][0-9])1", ""),
        (r"[0-9](?<![^\W_][0-9])1|x", ""),
        (r"[0-9](?<![^\W_][0-9])(?:1|x[|])", "0123456789"),
        (r"(?i)A(?<![^\W_]A)KIA", ""),
        (r"[0-9]{2}", ""),
    ],
)
def test_how_a_pattern_begins_is_read_off_it(pattern: str, firsts: str) -> None:
    """Whatever says nothing sure about its first character is searched for."""
    assert "".join(sorted(Reader(Recogniser("x", re.compile(pattern), same), 0.5).firsts)) == firsts


def test_a_text_without_a_needed_character_is_not_tried() -> None:
    class Tried(Exception):
        pass

    def refuse(_: str) -> str:
        raise Tried

    reader = Recogniser("own:x", re.compile(r"[a-z]+"), refuse, needs="@#", alone=1.0)
    assert Detector([reader]).find("nothing to be tried") == []
    with pytest.raises(Tried):
        Detector([reader]).find("now # it is")


def test_a_number_that_seems_to_begin_earlier_hides_none() -> None:
    """`0001 0002` fails the check, and the card that begins with its second half is found."""
    text = "0001 0002 0004"
    assert kinds(Detector([CARD]).find(text), text) == [("payment_card", "0002 0004")]


def test_what_is_proved_wins_over_what_scores() -> None:
    text = "account 12341234"
    sure = Recogniser("case", NUMBER.pattern, same, alone=1.0)
    assert kinds(Detector([sure, NUMBER, CARD]).find(text), text) == [("payment_card", "12341234")]


def test_equals_go_to_the_first_named() -> None:
    one, other = (Recogniser(kind, NUMBER.pattern, same, alone=0.7) for kind in ("order", "case"))
    assert kinds(Detector([one, other]).find("12345"), "12345") == [("order", "12345")]
    assert kinds(Detector([other, one]).find("12345"), "12345") == [("case", "12345")]


def test_names_are_read_in_the_folded_text_and_lead_back() -> None:
    def names(texts: Sequence[str], headers: Sequence[str]) -> list[list[Finding]]:
        at = texts[0].index("Anna")
        return [[Finding(at, at + 4, "person", "anna", 0.9), Finding(0, 2, "place", "x", 0.1)] for _ in headers]

    text = "xx An\u200bna, anna@example.com"
    assert kinds(Detector([EMAIL], names).find(text), text) == [("person", "An\u200bna"), ("email", "anna@example.com")]


spans = st.tuples(st.integers(0, 30), st.integers(1, 8), st.booleans(), st.sampled_from([0.5, 0.7, 1.0]))


@settings(max_examples=100, deadline=None)
@given(st.lists(spans, max_size=14))
def test_overlaps_are_resolved_as_one_by_one(drawn: list[tuple[int, int, bool, float]]) -> None:
    """The reference takes the best of all that is left, again and again, by comparing every pair."""
    candidates = [
        Finding(start, start + length, "x", str(place), score, proved)
        for place, (start, length, proved, score) in enumerate(drawn)
    ]
    left, expected = list(enumerate(candidates)), []
    while left:
        best = min(
            left, key=lambda one: (not one[1].proved, -one[1].score, one[1].start - one[1].end, one[1].start, one[0])
        )
        expected.append(best[1])
        left = [one for one in left if one[1].end <= best[1].start or one[1].start >= best[1].end]
    assert without_overlap(candidates) == sorted(expected, key=lambda one: one.start)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from(["anna@example.com", "account 12345", "0002 0004", "x" * 9, "é\u200b", " ", "\n"]), max_size=80
    )
)
def test_windows_find_what_the_whole_finds(words: list[str]) -> None:
    text = " ".join(words)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "WINDOW", 100)
        patch.setattr(module, "OVERLAP", 60)
        windowed = Detector([NUMBER, CARD, EMAIL]).find(text)
    assert windowed == Detector([NUMBER, CARD, EMAIL]).find(text)


cells = st.tuples(
    st.sampled_from(
        ["Jane Sample of Leeds", "anna@example.com", "tel: 020 7946 0958", "DE89370400440532013000", "\u200b1"]
    )
    | st.text(max_size=12),
    st.sampled_from(["", "iban", "name"]),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(cells, max_size=12), st.sampled_from([module.WINDOW, 10]))
def test_many_texts_at_once_give_what_each_gives_alone(drawn: list[tuple[str, str]], window: int) -> None:
    """Some of them longer than a window, some not."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "WINDOW", window)
        patch.setattr(module, "OVERLAP", 8)
        together = ALL.find_all([text for text, _ in drawn], [header for _, header in drawn])
        assert together == [ALL.find(text, header) for text, header in drawn]


def test_time_grows_with_the_length() -> None:
    """A quarter of a million characters of nothing but near misses; quadratic work would take minutes."""
    detector = Detector([NUMBER, CARD, EMAIL])
    begun = time.process_time()
    for text in ("1" * 250_000, "1 " * 125_000, "a@" * 125_000, "\u200b1" * 125_000):
        detector.find(text)
    assert time.process_time() - begun < 5
