"""What an answer cites must hold its figures and names, in whatever way they are written."""

import pytest

from finewright.base.records import Record
from finewright.evaluate.scorers.citation import citation, unsupported

PASSAGES = [
    "In fiscal 2019 Acme Holdings Ltd. reported sales of $1,452.4 million (2018: $1,146.2 million), up 12.5%.",
    "Other | 44.1 | (56.7)\nThe board of the European Central Bank met in Frankfurt. 1,500,000 shares",
]
RECORD = Record("r", (), "")
SCORE = citation(lambda _: PASSAGES)


@pytest.mark.parametrize(
    "answer",
    [
        "Sales were $1452.40 million in 2019 [1].",
        "Acme Holdings sold for 1,452,400,000 dollars. [1]",
        "Growth was 12.5 percent, or 0.125 [1].",
        "There were 1.5 million shares [2].",
        "Other fell to -56.7 million [2].",
        "The European Central Bank met [2]. It was in Frankfurt.",
        "Sales rose. They came to 1,452.4 million [1].",
        "In Frankfurt [2].",
        "ACME HOLDINGS grew by 12.5 % [1][2].",
    ],
)
def test_what_the_passage_says_is_supported_however_it_is_written(answer: str) -> None:
    found = SCORE(answer, RECORD)
    assert unsupported(answer, PASSAGES) == []
    assert found.correct
    assert found.parts["resolved"] == 1


@pytest.mark.parametrize(
    ("answer", "missing"),
    [
        ("Sales were $1,452.5 million [1].", ["1452500000"]),
        ("Sales were $1,452.4 billion [1].", ["1452400000000"]),
        ("Sales were 1,452.4 [2].", ["1452.4"]),
        ("They met in Frankfurt, said Christine Lagarde [2].", ["Christine Lagarde"]),
        ("Sales of Acme Holdings [2].", ["Acme Holdings"]),
        ("BASF met [2].", ["BASF"]),
        ("Sales of Acme Holdings rose [2]. They met in Frankfurt [1].", ["Acme Holdings", "Frankfurt"]),
        ("Sales rose 12.5% [1]. They rose by 44.1 before [1].", ["44.1"]),
    ],
)
def test_a_wrong_figure_name_or_passage_is_found(answer: str, missing: list[str]) -> None:
    assert unsupported(answer, PASSAGES) == missing
    assert not SCORE(answer, RECORD).correct


def test_parts_by_hand() -> None:
    # Two figures of which one is there, one name that is there, three numbers cited of which two are passages.
    found = SCORE("Acme Holdings sold 1,452.4 million [1] and bought 7 [2][9].", RECORD)
    assert found.parts == {
        "answered": 1.0,
        "cited": 1.0,
        "figures": 0.5,
        "names": 1.0,
        "supported": pytest.approx(2 / 3),
        "resolved": pytest.approx(2 / 3),
    }
    assert not found.correct


def test_an_answer_that_cites_nothing_is_not_right() -> None:
    found = SCORE("It is so.", RECORD)
    assert not found.correct
    assert found.parts == {"answered": 1.0, "cited": 0.0}
    assert SCORE("It was 44.1", RECORD).parts["figures"] == 0


def test_silence_is_not_the_way_to_a_high_score() -> None:
    found = SCORE("I don't know.", RECORD)
    assert not found.correct
    assert found.parts == {"answered": 0.0}
