"""The trade's shorthand is no name, and no name goes with it."""

import pytest

from finewright.privacy.finding import Finding
from finewright.privacy.names.tagger import is_listed
from finewright.privacy.shorthand import CODES, WORDS, without_shorthand


def of(text: str, kind: str, surface: str = "") -> tuple[str, str] | None:
    """Kind and text of what is left of a name that was found in a text, by default the whole of it."""
    start = text.index(surface)
    name = Finding(start, start + len(surface or text), kind, (surface or text).casefold(), 0.9)
    left = without_shorthand(text, name, is_listed)
    return None if left is None else (left.kind, text[left.start : left.end])


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        *(("POD", "place"), ("cert", "company"), ("promo", "person"), ("remit", "person"), ("wk 19", "address")),
        *(("CAD 88.12", "address"), ("chq 14179", "address"), ("561, gross 4306.08", "address"), ("P.O.", "address")),
        *(("SHRT PD", "company"), ("reason dup", "company"), ("prmoo", "person"), ("connfirm", "person")),
    ],
)
def test_shorthand_is_no_name(text: str, kind: str) -> None:
    assert of(text, kind) is None


@pytest.mark.parametrize(
    ("text", "kind", "left"),
    [
        ("BR Tom", "person", ("person", "Tom")),
        ("Luc, AP", "address", ("person", "Luc")),
        ("chq 52801. Luc, AP", "address", ("person", "Luc")),
        ("AP Ilse Gross", "person", ("person", "Ilse Gross")),
        ("DN 12 Mill Road, Leeds", "address", ("address", "Mill Road, Leeds")),
    ],
)
def test_names_lose_the_short_forms_at_their_edges(text: str, kind: str, left: tuple[str, str]) -> None:
    assert of(text, kind) == left


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        *(("Marie Short", "person"), ("J. Price", "person"), ("Ron", "person"), ("Peter Gross", "person")),
        *(
            ("Quality Freight Company", "company"),
            ("12 Dock Road", "address"),
            ("Nguyen Do", "person"),
            ("王伟", "person"),
        ),
    ],
)
def test_names_that_hold_words_of_trade_stay(text: str, kind: str) -> None:
    assert of(text, kind) == (kind, text)


def test_a_title_makes_it_a_name() -> None:
    assert of("Ask Mrs Gross", "person", "Gross") == ("person", "Gross")
    assert of("net not gross", "person", "gross") is None


def test_no_word_is_on_both_lists() -> None:
    assert not CODES & WORDS
