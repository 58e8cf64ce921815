"""Names beside numbers: a tag that runs into a number of a sure form is cut back to what is a name of it."""

import pytest

from finewright.privacy.finding import Finding
from finewright.privacy.names.beside import beside

TEXT = "12 Elm Street, inv SI-544770 - CW22"


def found(part: str, kind: str, score: float) -> Finding:
    start = TEXT.index(part)
    return Finding(start, start + len(part), kind, part.casefold(), score)


@pytest.mark.parametrize(
    ("name", "number", "score", "left"),
    [
        ("12 Elm Street", "SI-544770", 0.9, "12 Elm Street"),
        ("12 Elm Street, inv SI-544770", "SI-544770", 0.9, "12 Elm Street, inv"),
        ("544770 - CW22", "SI-544770", 0.9, None),
        ("544770 - CW22", "SI-544770", 0.6, "544770 - CW22"),
        ("Elm Street, inv SI-544770 - CW22", "SI-544770", 0.9, "Elm Street, inv"),
    ],
)
def test_a_name_gives_way_to_a_sure_number_alone(name: str, number: str, score: float, left: str | None) -> None:
    cut = beside([found(name, "address", 0.99)], [found(number, "invoice", score)], TEXT)
    assert [TEXT[one.start : one.end] for one in cut] == ([] if left is None else [left])
