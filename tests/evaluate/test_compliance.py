"""Rules kept before and after training, compared by hand-made texts whose shares and tests are known."""

from dataclasses import asdict
from math import comb
from pathlib import Path

import pytest

from finewright.base.errors import InputError
from finewright.base.recipe import Style
from finewright.base.results import Breach, Compliance, Results, Verdict
from finewright.evaluate.compliance import compliance
from finewright.evaluate.results_file import read, write

RULES = Style(banned=["sure"], required=["at risk"])
GOOD, BAD, WORSE = "Capital is at risk.", "It is at risk for sure.", "Surely not... sure"


def texts(*said: str) -> dict[str, str]:
    return {f"r{n}": one for n, one in enumerate(said)}


def compared(before: list[str], after: list[str], drafts: list[str] = (), approved: list[str] = ()) -> Compliance:
    return compliance(
        RULES, texts(*before), texts(*after), drafts=texts(*drafts), approved=texts(*approved), confidence=0.95
    )


def test_shares_test_and_breaches_are_those_worked_out_by_hand() -> None:
    found = compared(
        [BAD] * 6 + [WORSE] * 3 + [GOOD] * 3, [GOOD] * 9 + [GOOD, GOOD, BAD], drafts=[BAD, GOOD], approved=[GOOD] * 5
    )
    assert (found.before.value, found.before.rows) == (3 / 12, 12)
    assert (found.after.value, found.after.rows) == (11 / 12, 12)
    assert found.drafts is not None
    assert found.approved is not None
    assert (found.drafts.value, found.approved.value, found.approved.rows) == (1 / 2, 1.0, 5)
    assert (found.change.won, found.change.lost, found.change.rows) == (9, 1, 12)
    # Twice the binomial tail of at most one in ten: (1 + 10) / 2^10 * 2.
    assert found.change.p == pytest.approx(2 * (comb(10, 0) + comb(10, 1)) / 2**10)
    assert found.change.difference.value == pytest.approx(8 / 12)
    assert found.breaches == (
        Breach('says "sure"', before=9, after=1, drafts=1, approved=0),
        Breach('leaves out "at risk"', before=3, after=0, drafts=0, approved=0),
    )
    assert found.outcome == "better"
    assert "91.7% of answers to 12 held-out prompts keep every rule after training, 25.0% did before" in found.sentence


def test_wilson_at_its_ends() -> None:
    found = compared([BAD] * 10, [GOOD] * 10)
    z2 = 1.959963984540054**2
    # Wilson's interval of none and of all of n: [0, z2 / (n + z2)] and its mirror image.
    assert (found.before.low, found.before.high) == (0.0, pytest.approx(z2 / (10 + z2)))
    assert (found.after.low, found.after.high) == (pytest.approx(10 / (10 + z2)), 1.0)


@pytest.mark.parametrize(
    ("before", "after", "outcome", "said"),
    [
        ([BAD] * 6, [GOOD] * 6, "better", "more often than the base"),
        ([BAD] * 5, [GOOD] * 5, "cannot tell", "cannot be told"),
        ([GOOD] * 12, [BAD] * 12, "no better", "less often than the base"),
        ([GOOD] * 500, [GOOD] * 500, "no better", "no more often than the base"),
        ([BAD], [BAD], "cannot tell", "1 held-out prompt keep"),
    ],
)
def test_outcomes(before: list[str], after: list[str], outcome: str, said: str) -> None:
    found = compared(before, after)
    assert found.outcome == outcome
    assert said in found.sentence


def test_what_people_did_not_write_is_none() -> None:
    found = compared([BAD], [GOOD])
    assert (found.drafts, found.approved) == (None, None)
    assert found.breaches == (Breach('says "sure"', before=1, after=0),)


def test_answers_to_other_prompts_are_refused() -> None:
    with pytest.raises(InputError, match="not to the same prompts"):
        compliance(RULES, {"a": GOOD}, {"b": GOOD}, drafts={}, approved={}, confidence=0.95)
    with pytest.raises(InputError, match="not to the same prompts"):
        compared([], [])


def test_it_is_read_back_from_the_results(tmp_path: Path) -> None:
    found = compared([BAD] * 6, [GOOD] * 6, drafts=[BAD])
    results = Results("name", "ab", "preferences", "preferences", (), Verdict("better", "", ""), compliance=found)
    write(tmp_path / "results.json", results)
    assert read(tmp_path / "results.json") == results
    assert asdict(found)["breaches"][0]["rule"] == 'says "sure"'
