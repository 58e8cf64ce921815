"""How findings meet what is there, against cases counted by hand: at least half of a span's characters, by type."""

import importlib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def match() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "benchmarks"))
        return importlib.import_module("privacy_match")


@pytest.mark.parametrize(
    ("there", "given", "found", "right"),
    [
        ([(0, 10, "person")], [(0, 10, "person")], 1, 1),
        ([(0, 10, "person")], [(0, 5, "person")], 1, 1),  # half of ten characters is enough
        ([(0, 10, "person")], [(0, 4, "person")], 0, 1),  # four of ten are not; all of the finding is right
        ([(0, 10, "person")], [(0, 21, "person")], 1, 0),  # ten of twenty-one are less than half of the finding
        ([(0, 10, "person")], [(0, 20, "person")], 1, 1),
        ([(0, 10, "person")], [(0, 10, "email")], 0, 0),
        ([(0, 10, "person")], [(0, 3, "person"), (8, 10, "person")], 1, 2),  # five of ten, in two pieces
        ([(0, 10, "person")], [(0, 3, "person"), (0, 4, "person")], 0, 2),  # what is covered twice counts once
        ([(0, 4, "person"), (6, 10, "person")], [(0, 10, "person")], 2, 1),
        ([(0, 10, "person")], [(10, 20, "person")], 0, 0),
        ([], [(0, 3, "person")], 0, 0),
        ([(0, 3, "person")], [], 0, 0),
    ],
)
def test_what_meets(match: ModuleType, there: list, given: list, found: int, right: int) -> None:
    meeting = match.met([match.Span(*one) for one in there], [match.Span(*one) for one in given])
    assert (meeting.found.total(), meeting.right.total()) == (found, right)
    assert (meeting.there.total(), meeting.given.total()) == (len(there), len(given))


def test_what_is_seen_as_anything_is_counted_apart(match: ModuleType) -> None:
    meeting = match.met([match.Span(0, 10, "person")], [], [(0, 6, "vat")])
    assert (meeting.found.total(), meeting.seen["person"]) == (0, 1)


def test_types_that_are_not_compared_are_left_out(match: ModuleType) -> None:
    spans = [(0, 2, "GPE"), (3, 4, "TITLE"), (5, 6, "ZIP_CODE")]
    assert match.compared(spans, match.GOLD) == [(0, 2, "location"), (5, 6, "location")]


def test_shares_and_intervals_of_a_table(match: ModuleType) -> None:
    """Of persons 3 are there, 2 found, 4 given, 1 right: recall 2/3, precision 1/4, and so F2 is
    5 * 1/4 * 2/3 / (4 * 1/4 + 2/3) = 1/2."""
    person = match.Span(0, 10, "person")
    half, wide, email = match.Span(0, 5, "person"), match.Span(0, 30, "person"), match.Span(40, 50, "email")
    meetings = [
        match.met([person, email], [half, email]),
        match.met([person], [wide]),
        match.met([person], [match.Span(20, 22, "person"), match.Span(30, 32, "person")]),
    ]
    made = match.table(meetings, ["a", "b", "c"])
    counts = {key: made["person"][key] for key in ("there", "found", "given", "right")}
    assert counts == {"there": 3, "found": 2, "given": 4, "right": 1}
    values = [made["person"][key]["value"] for key in ("recall", "precision", "f2")]
    assert values == pytest.approx([2 / 3, 1 / 4, 1 / 2])
    assert made["all"]["recall"]["value"] == pytest.approx(3 / 4)
    assert made["email"]["f2"] == {"value": 1.0, "low": 1.0, "high": 1.0}
    for key in ("recall", "precision", "f2"):
        assert 0 <= made["person"][key]["low"] <= made["person"][key]["value"] <= made["person"][key]["high"] <= 1


def test_groups_are_drawn_whole(match: ModuleType) -> None:
    """In one group nothing can vary; in as many groups as rows the interval spans both outcomes."""
    person = match.Span(0, 10, "person")
    meetings = [match.met([person], [person])] * 2 + [match.met([person], [])] * 2
    together, apart = match.table(meetings, "aaaa"), match.table(meetings, "abcd")
    assert together["person"]["recall"] == {"value": 0.5, "low": 0.5, "high": 0.5}
    assert apart["person"]["recall"]["low"] < 0.5 < apart["person"]["recall"]["high"]


def test_what_has_no_share_has_none(match: ModuleType) -> None:
    """Nothing found of what is there is an F2 of zero; a type that is not there has no recall."""
    missed = match.table([match.met([match.Span(0, 3, "ip")], [])], ["a"])["ip"]
    assert (missed["recall"]["value"], missed["precision"], missed["f2"]["value"]) == (0.0, None, 0.0)
    vain = match.table([match.met([], [match.Span(0, 3, "ip")])], ["a"])["ip"]
    assert (vain["recall"], vain["precision"]["value"], vain["recall_wilson"]) == (None, 0.0, None)
