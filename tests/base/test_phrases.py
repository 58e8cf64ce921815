"""Phrases in texts: found as a reader would find them, against a slow reference that goes word by word."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finewright.base.errors import InputError
from finewright.base.phrases import phrase, plain, words


def says(text: str, written: str) -> bool:
    return phrase(written).said_in(plain(text))


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("guarantee", "We GUARANTEE it."),
        ("guarantee", "guarantee"),
        ("guarantee", "(guarantee's)"),
        ("guarantee", "a money-back \u2013 guarantee \u2013 holds"),
        ("past performance", "Past\n\n  performance is no guide"),
        ("past performance", "past\u00a0performance"),
        ("past performance", "**past** *performance*"),
        ("past performance", "past \uff0aperformance\uff0a"),
        ("don't worry", "Don\u2019t worry"),
        ("don\u2018t worry", "don't worry"),
        ('the "best" rate', "the \u201cbest\u201d rate"),
        ('the "best" rate', "the \u00abbest\u00bb rate"),
        ("risk-free", "risk\u2013free"),
        ("risk\u2014free", "risk\u2011free"),
        ("risk free", "ri\u00adsk\u200b free"),
        ("official offer", "o\ufb03cial o\ufb00er"),
        ("STRASSE", "Stra\u00dfe"),
        ("caf\u00e9", "cafe\u0301"),
        ("returns", "returns\u00b2"),
        ("returns", "returns\u2020"),
        ("acme", "Acme\u2122"),
        ("guarantee", "__guarantee__"),
        ("100%", "100% safe"),
        ("5%", "at 5%."),
        ("guarantee*", "guaranteed"),
        ("guarantee*", "guarantee"),
        ("*risk", "derisk"),
        ("*\u4fdd\u8a3c*", "\u4fdd\u8a3c\u3057\u307e\u3059"),
        ("guarantee", "unguaranteed, yet a guarantee"),
    ],
)
def test_what_a_reader_reads_is_said(written: str, text: str) -> None:
    assert says(text, written)


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("guarantee", "guaranteed"),
        ("guarantee", "unguarantee"),
        ("guarantee", "guarantee4all"),
        ("guarantee", ""),
        ("guarantee*", "unguaranteed"),
        ("*risk", "risks"),
        ("past performance", "past, performance"),
        ("risk-free", "risk free"),
        ("5%", "2.5% and 1,5%"),
        ("1,000", "11,000"),
        ("1,000", "1,000.50"),
        ("100", "1,100 and 100,5"),
        ("cafe", "caf\u00e9"),
        ("\u0915", "\u0915\u093e"),
    ],
)
def test_part_of_a_word_or_a_number_is_not_said(written: str, text: str) -> None:
    assert not says(text, written)


def test_a_sentence_may_end_behind_a_number() -> None:
    assert says("It costs 100, 200 or 5.", "100")
    assert says("It costs 100, 200 or 5.", "5")
    assert says("In 5.\n6 is next", "5")


@pytest.mark.parametrize("written", ["", "  ", "*", "**", " * ", "\u200b"])
def test_a_phrase_that_says_nothing_is_refused(written: str) -> None:
    with pytest.raises(InputError, match="says nothing"):
        phrase(written)


@pytest.mark.parametrize(
    ("text", "count"), [("", 0), ("a b", 2), ("- a", 1), ("don't", 1), ("\u2026 !", 0), ("1,000 euro-cents.", 2)]
)
def test_words_are_runs_with_a_letter_or_digit(text: str, count: int) -> None:
    assert words(plain(text)) == count


@given(st.text())
def test_the_plain_form_of_a_plain_text_is_itself(text: str) -> None:
    assert plain(plain(text)) == plain(text)


PIECES = st.lists(st.sampled_from(["fee", "free", "e", "f", " ", "\n", ".", "-", "'", "fr"]), max_size=12).map("".join)


def reference(text: str, wanted: str) -> bool:
    """Whether the words, signs and gaps of `wanted` stand in a row among those of `text`."""
    heard, sought = (re.findall(r"[a-z]+| |[^a-z ]", " ".join(one.split())) for one in (text, wanted))
    return any(heard[at : at + len(sought)] == sought for at in range(len(heard) - len(sought) + 1))


@given(PIECES, PIECES.filter(str.split))
def test_found_is_what_a_word_by_word_search_finds(text: str, wanted: str) -> None:
    assert says(text, wanted) == reference(text, wanted)


@given(PIECES, PIECES.filter(str.split))
def test_a_beginning_is_found_where_any_word_goes_on_from_it(text: str, wanted: str) -> None:
    goes_on = re.search(f"(?<![a-z])(?={re.escape(' '.join(wanted.split()))})", " ".join(text.split()))
    starts_with_a_sign = not wanted.split()[0][0].isalpha()
    inside = " ".join(wanted.split()) in " ".join(text.split())
    assert says(text, f"{wanted}*") == (inside if starts_with_a_sign else bool(goes_on))


ALIKE = {
    " ": [" ", "\n", "\t ", "\u00a0", "\u2003"],
    "'": ["'", "\u2019", "\u2018", "`"],
    '"': ['"', "\u201c", "\u201d", "\u201e"],
    "-": ["-", "\u2010", "\u2011", "\u2013", "\u2014", "\u2212"],
    "fi": ["fi", "FI", "\ufb01"],
    "a": ["a", "A", "\uff41", "\u00ada", "a\u200d"],
    "t": ["t", "T", "*t", "t\u00b9"],
}


@given(st.data())
def test_no_disguise_hides_a_phrase(data: st.DataObject) -> None:
    shown = ["a", " ", '"', "fi", "t", '"', "-", "a", "'", "t"]
    disguised = "".join(data.draw(st.sampled_from(ALIKE[piece])) for piece in shown)
    assert says(f"So {disguised}!", "".join(shown))
    assert says(f"So {''.join(shown)}!", disguised)
