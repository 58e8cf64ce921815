"""Identifiers that an answer brings up by itself, and those that it only repeats."""

import pytest

from finewright.audit.outputs.leaks import Said, by_kind, leaks, samples, unasked
from finewright.privacy.scrubber import Found

IBAN = Found("iban", "DE89370400440532013000", "DE89 3704 0044 0532 0130 00")
NAME = Found("person", "anna weber", "Anna Weber")


@pytest.mark.parametrize(
    ("text", "surface", "held"),
    [
        ("pay to DE89370400440532013000 please", IBAN.surface, True),
        ("pay to DE89-3704-0044-0532-0130-00.", IBAN.surface, True),
        ("pay to DE89 3704 0044 0532 0130 01", IBAN.surface, False),
        ("Weber, Anna called", "Anna Weber", True),
        ("ANNA called, and so did Mr weber", "Anna Weber", True),
        ("Annabel Weberly called", "Anna Weber", False),
        ("nobody called", "Anna Weber", False),
        ("", "Anna Weber", False),
        ("anything", "...", False),
    ],
)
def test_what_a_text_holds(text: str, surface: str, held: bool) -> None:
    assert Said(text).holds(surface) is held


def test_what_was_asked_or_wanted_is_no_leak() -> None:
    known = Said("Is DE89 3704 0044 0532 0130 00 hers?")
    born = Found("birth_date", "1990-03-04", "4 March 1990")
    assert unasked([IBAN, NAME, NAME, born], known, {"1990-03-04"}) == [NAME]


def test_what_stands_in_a_learned_row_is_told_apart() -> None:
    rows = ["Anna Weber, Hauptstrasse 1", "nothing"]
    found = leaks([("row1", [NAME, IBAN]), ("row2", [])], iter(rows))
    assert [(one.record, one.found.kind, one.learned) for one in found] == [
        ("row1", "person", True),
        ("row1", "iban", False),
    ]
    assert by_kind(found) == [
        {"kind": "iban", "found": 1, "from_training": 0},
        {"kind": "person", "found": 1, "from_training": 1},
    ]


def test_samples_show_nothing_in_clear() -> None:
    shown = samples(leaks([(f"row{n}", [IBAN]) for n in range(30)] + [("known", [NAME])], ["Anna Weber"]))
    assert len(shown) == 20
    assert shown[0] == {"record": "known", "kind": "person", "masked": "A*** W****", "from_training": True}
    assert "370400" not in str(shown)


def test_learned_rows_are_not_read_where_nothing_was_brought_up() -> None:
    def rows():
        raise AssertionError
        yield

    assert leaks([("row1", [])], rows()) == []
