"""Numbers in a prompt and numbers in an answer."""

from finewright.retrieve.citations import cited, numbered, resolved, uncited
from finewright.retrieve.hit import Hit

HITS = [
    Hit("Net 30 days [2].", "terms.pdf", 120, 136, 3, None, 1.0),
    Hit("Late fee [1, 2]: 12 EUR", "fees.csv", 0, 23, None, 4, 0.5),
]


def test_passages_are_numbered_and_their_own_brackets_cannot_be_cited() -> None:
    assert numbered(HITS) == "[1] Net 30 days (2).\n\n[2] Late fee (1, 2): 12 EUR"
    assert numbered([]) == ""


def test_numbers_resolve_to_source_and_span() -> None:
    found = resolved("Within 30 days [1], or 12 EUR [2][7] more [1].", HITS)
    assert [(one.number, one.hit and one.hit.place) for one in found] == [
        (1, "terms.pdf, page 3, characters 120 to 136"),
        (2, "fees.csv, row 4, characters 0 to 23"),
        (7, None),
    ]


def test_all_ways_of_citing() -> None:
    assert cited("a [1, 3] b [ 2 ] c [3;4] d [x] e [0] f(5)") == [1, 3, 2, 4, 0]
    assert resolved("[0]", HITS)[0].hit is None
    assert uncited("so [1] it [2, 3] is") == "so  it  is"
