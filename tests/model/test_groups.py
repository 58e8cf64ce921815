"""Examples of one group stay together, whatever the layout and however small the budget."""

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from finewright.model.batch import Batch, Batches, Example, by_entry, by_example, groups
from finewright.model.padded import PaddedBatches
from finewright.model.tree import TreeBatches
from model.forests import entries, examples, wanted


def grouped(seed: int) -> list[Example]:
    """Random rows, some of them in groups of any size; members need not share anything."""
    draw = random.Random(seed)
    return [replace(row, group=draw.choice([None, "a", "b", "c"])) for row in examples(seed)]


def layouts(budget: int) -> list[Batches]:
    return [TreeBatches(budget), PaddedBatches(budget, 0)]


@given(seed=st.integers(0, 10**6), budget=st.integers(1, 60))
def test_no_micro_batch_parts_a_group(seed: int, budget: int) -> None:
    rows = grouped(seed)
    together = {row.id: row.together for row in rows}
    for layout in layouts(budget):
        where: dict[str, set[int]] = {}
        for number, batch in enumerate(layout(rows)):
            for name in batch.ids:
                where.setdefault(together[name], set()).add(number)
        assert all(len(numbers) == 1 for numbers in where.values())
        assert sorted(name for batch in layout(rows) for name in batch.ids) == sorted(together)


@given(seed=st.integers(0, 10**6), budget=st.integers(1, 60))
def test_a_budget_is_passed_only_where_no_cut_is_free(seed: int, budget: int) -> None:
    for batch in TreeBatches(budget)(rows := grouped(seed)):
        members = [row for row in rows if row.id in batch.ids]
        assert batch.tokens <= budget or not _parts(members, batch)


def _parts(members: Sequence[Example], batch: Batch) -> bool:
    """Whether the batch's rows, in their order, could have been cut between two groups."""
    together = {row.id: row.together for row in members}
    names = [together[name] for name in batch.ids]
    return any(not set(names[:place]) & set(names[place:]) for place in range(1, len(names)))


@given(seed=st.integers(0, 10**6), budget=st.sampled_from([1, 20, 1000]))
def test_groups_change_nothing_that_an_entry_sees(seed: int, budget: int) -> None:
    rows = grouped(seed)
    found = {name: of for batch in TreeBatches(budget)(rows) for name, of in entries(batch).items()}
    assert {name: sorted(of) for name, of in found.items()} == {row.id: sorted(wanted(row)) for row in rows}


def test_a_group_and_an_example_of_the_same_name_are_two() -> None:
    alone, one, other = Example("x", (1, 2), (False, True)), *(Example(n, (1, 2), (False, True), "x") for n in "ab")
    assert groups([one, alone, other]) == [[one, other], [alone]]


@given(seed=st.integers(0, 10**6), budget=st.integers(1, 60))
def test_sums_and_known_values_find_their_example(seed: int, budget: int) -> None:
    rows = grouped(seed)
    known = {row.id: torch.arange(row.targets, dtype=torch.float64) + 100 * place for place, row in enumerate(rows)}
    sums = {name: of.sum() for name, of in known.items()}
    for layout in layouts(budget):
        for batch in layout(rows):
            laid_out = by_entry(batch, known)
            assert len(laid_out) == len(batch.target)
            found = by_example(batch, laid_out)
            assert found.tolist() == [float(sums[name]) for name in batch.ids]


def test_values_that_are_not_one_for_each_target_are_refused() -> None:
    row = Example("a", (1, 2, 3), (False, True, True))
    (batch,) = TreeBatches(10)([row])
    with pytest.raises(ValueError, match="a value for each"):
        by_entry(batch, {"a": torch.zeros(1)})
    turned = replace(batch, example=torch.tensor([1, 0]), ids=("a", "b"))
    with pytest.raises(ValueError, match="a value for each"):
        by_entry(turned, {"a": torch.zeros(1), "b": torch.zeros(1)})
