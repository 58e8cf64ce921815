"""Slices of a run, counted by hand: what is too small to compare, what many looks cost, and groups in a slice."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finewright.base.records import Message, Prediction, Record
from finewright.base.results import ArmResult, Measured
from finewright.evaluate.contrast import MCNEMAR, SIGN_FLIP, records_contrast
from finewright.evaluate.decide import decide
from finewright.evaluate.measure import measure
from finewright.evaluate.slices import EMPTY, MOST, OTHERS, named, sliced, slices_sentence
from finewright.evaluate.statistics.intervals import wilson
from finewright.evaluate.task import Task

TASK = Task("classes", "Name it.", ("a", "b"), (), 4)


def arm(name: str, right: list[bool], *, groups: list[str | None] | None = None, trained: bool = False) -> ArmResult:
    """An arm that answers so, measured by the very code that measures arms."""
    held = groups or [None] * len(right)
    records = [
        Record(f"r{at:03}", (Message("user", f"text {at}"),), "a", "rows.csv", at + 2, group)
        for at, group in enumerate(held)
    ]
    said = [Prediction(one.id, "a" if good else "b") for one, good in zip(records, right, strict=True)]
    measured = measure(TASK, records, said, 1.0, 0.95)
    return ArmResult(name, name, trained, validation=measured, test=measured)


def values_of(*slices: tuple[str, int]) -> dict[str, str]:
    every = [name for name, rows in slices for _ in range(rows)]
    return {f"r{at:03}": name for at, name in enumerate(every)}


def test_by_hand() -> None:
    tuned = arm("tuned", [True] * 30 + [True, False] * 20 + [False] * 5, trained=True)
    other = arm("tfidf", [True] * 12 + [False] * 18 + [False, True] * 20 + [True] * 5)
    found = sliced([other, tuned], values_of(("AT", 30), ("DE", 40), ("LI", 5)), "tfidf", 0.95)
    assert [(one.name, one.rows, one.small) for one in found] == [("DE", 40, False), ("AT", 30, False), ("LI", 5, True)]
    austria = found[1]
    assert (austria.figures["tuned"].low, austria.figures["tuned"].high) == wilson(30, 30, 0.95)
    assert austria.contrast is not None
    assert (austria.contrast.won, austria.contrast.lost) == (18, 0)
    assert austria.contrast.p == pytest.approx(2**-17)
    assert austria.contrast.adjusted == pytest.approx(2**-16)  # the smaller of two, times two
    assert found[2].contrast is None
    said = slices_sentence(found, "Tuned", "TF-IDF", 0.95)
    assert said.startswith("Tuned against TF-IDF in 2 slices, adjusted for their number: ahead in AT.")
    assert said.endswith(" 1 of fewer than 20 rows is not compared.")


def test_without_a_pair_nothing_is_compared() -> None:
    found = sliced([arm("tfidf", [True] * 25)], values_of(("AT", 25)), None, 0.95)
    assert found[0].contrast is None
    assert slices_sentence(found, "", "", 0.95) == "No slice is compared."


@given(
    st.lists(st.one_of(st.integers(0, 40).map(str), st.just(""), st.text("xyz", max_size=3)), min_size=1, max_size=80)
)
def test_every_row_is_in_one_slice(cells: list[str]) -> None:
    values = {f"r{at}": cell for at, cell in enumerate(cells)}
    found = named(values)
    assert sorted(row for rows in found.values() for row in rows) == sorted(values)
    assert len(found) <= MOST + 1
    for name, rows in found.items():
        if name == EMPTY:
            assert {values[row].strip() for row in rows} == {""}


def test_numbers_are_cut_into_quarters_and_rare_words_go_together() -> None:
    numbers = named({f"r{at}": str(at) for at in range(100)} | {"none": " "})
    assert [len(rows) for rows in numbers.values()] == [25, 25, 25, 25, 1]
    assert all(
        max(int(row[1:]) for row in rows) - min(int(row[1:]) for row in rows) == 24
        for name, rows in numbers.items()
        if name != EMPTY
    )
    words = named({f"r{at}": f"w{min(at, 30)}" for at in range(60)})
    assert len(words) == MOST
    assert list(words)[-1] == OTHERS


def test_rows_of_a_customer_are_no_strangers() -> None:
    """Ten customers of six rows, each right or wrong as a whole: 36 discordant rows are six tosses of a coin."""
    groups: list[str | None] = [f"customer {at // 6}" for at in range(60)]
    tuned = arm("tuned", [True] * 42 + [False] * 18, groups=groups, trained=True)
    other = arm("tfidf", [False] * 36 + [True] * 6 + [False] * 18, groups=groups)
    plain = records_contrast(_ungrouped(tuned), _ungrouped(other), 0.95)
    by_group = records_contrast(tuned, other, 0.95)
    assert (plain.test, by_group.test) == (MCNEMAR, SIGN_FLIP)
    assert plain.p == pytest.approx(2**-35)
    assert by_group.p == pytest.approx(2**-5)
    assert by_group.groups == 10
    assert by_group.design_effect == pytest.approx(6 * (10 / 9) / (60 / 59))
    assert by_group.difference.low < plain.difference.low
    assert tuned.test is not None
    assert "customer" not in str(tuned.test.groups)
    verdict = decide([other, tuned], "classes", 0.95)
    assert "over 10 groups of rows, design effect 6.6, exact sign flips by group p = 0.031" in verdict.sentence
    alone = arm("tuned", [True] * 42 + [False] * 18, groups=[f"c{at}" for at in range(60)])
    assert alone.test == _ungrouped(tuned).test


def test_a_slice_knows_its_groups() -> None:
    groups: list[str | None] = [f"c{at // 6}" for at in range(60)]
    tuned = arm("tuned", [True] * 36 + [False] * 24, groups=groups, trained=True)
    other = arm("tfidf", [False] * 60, groups=groups)
    found = sliced([other, tuned], values_of(("AT", 30), ("DE", 30)), "tfidf", 0.95)
    assert [one.contrast and one.contrast.groups for one in found] == [5, 5]
    assert found[0].contrast is not None
    assert found[0].contrast.p == pytest.approx(2**-4)


def _ungrouped(one: ArmResult) -> ArmResult:
    """The same answers as though no rows shared a group."""
    assert one.test is not None
    right = list(one.test.correct.values())
    plain = arm(one.name, right, trained=one.trained)
    return replace(one, test=plain.test, validation=plain.validation)


def test_old_results_have_no_groups() -> None:
    assert Measured(1, {}, {}, 0, 0, 0).groups == {}
