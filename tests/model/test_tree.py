"""The layout against its examples: every state sees its own path, whatever is shared and however it is cut."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finewright.model.batch import Example
from finewright.model.tree import TreeBatches, common_prefixes, grow, worthwhile
from model.forests import entries, examples, wanted


@given(seed=st.integers(0, 10**6), budget=st.sampled_from([1, 5, 20, 1000]))
def test_every_entry_sees_its_example_and_nothing_else(seed: int, budget: int) -> None:
    rows = examples(seed)
    found = {name: of for batch in TreeBatches(budget)(rows) for name, of in entries(batch).items()}
    assert {name: sorted(of) for name, of in found.items()} == {row.id: sorted(wanted(row)) for row in rows}


@given(seed=st.integers(0, 10**6), budget=st.integers(1, 60))
def test_no_micro_batch_is_over_the_budget_unless_it_is_one_example(seed: int, budget: int) -> None:
    for batch in TreeBatches(budget)(examples(seed)):
        assert batch.tokens <= budget or len(batch.ids) == 1


@given(seed=st.integers(0, 10**6))
def test_the_order_that_examples_come_in_is_of_no_account(seed: int) -> None:
    rows = examples(seed)
    one, two = TreeBatches(20)(rows), TreeBatches(20)(rows[::-1])
    assert [batch.ids for batch in one] == [batch.ids for batch in two]
    for a, b in zip(one, two, strict=True):
        assert a.inputs["input_ids"].tolist() == b.inputs["input_ids"].tolist()
        assert (a.states.tolist(), a.state.tolist()) == (b.states.tolist(), b.state.tolist())


def row(name: str, *tokens: int) -> Example:
    return Example(name, tokens, (False,) * (len(tokens) - 1) + (True,))


def test_a_shared_token_is_there_once() -> None:
    opening = (1, 2, 3, 4, 5)
    (batch,) = TreeBatches(100)([row("a", *opening, 6, 7), row("b", *opening, 8, 9), row("c", *opening, 8, 9)])
    tree = batch.inputs["tree"]
    assert batch.inputs["input_ids"].tolist() == [[1, 2, 3, 4, 5, 6, 7, 8, 9]]
    assert tree.position.tolist() == [0, 1, 2, 3, 4, 5, 6, 5, 6]
    assert tree.end.tolist() == [9] * 5 + [7] * 2 + [9] * 2
    # The duplicate keeps its multiplicity: three entries on two states.
    assert (len(batch.states), batch.state.tolist(), batch.target.tolist()) == (2, [0, 1, 1], [7, 9, 9])


def test_shared_runs_too_short_to_pay_are_laid_out_again() -> None:
    # Three rows share three tokens, two of them six: the short run is not worth a node, the long one is.
    assert worthwhile([9, 9, 9], [0, 3, 6]) == [0, 0, 6]
    # Two tokens below a branching at five are one too many to move up to it, one is not.
    assert worthwhile([12] * 3, [0, 5, 7]) == [0, 5, 7]
    assert worthwhile([12] * 3, [0, 5, 6]) == [0, 5, 5]
    assert worthwhile([12] * 3, [0, 1, 2], at_the_root=1, below=1) == [0, 1, 2]
    # The same row again adds nothing, so it costs nothing.
    assert worthwhile([9, 9, 9], [0, 8, 9]) == [0, 8, 9]


def test_rows_that_share_nothing_are_a_forest() -> None:
    (batch,) = TreeBatches(100)([row("a", 1, 2), row("b", 3, 4, 5)])
    assert batch.inputs["tree"].end.tolist() == [2, 2, 5, 5, 5]


def test_prefixes_are_those_of_neighbours() -> None:
    rows = [np.array(one) for one in ([1], [1, 2], [1, 2, 3, 4], [1, 2, 3, 4], [1, 2, 4], [2])]
    assert common_prefixes(rows) == [0, 1, 2, 4, 2, 0]


def test_nodes_cover_the_row_in_order_with_their_subtrees() -> None:
    tree, own = grow([4, 6, 5, 2], [0, 3, 4, 1])
    assert [(node.start, node.stop, node.end) for node in tree.nodes] == [
        (0, 1, 9),  # what all four share
        (1, 3, 8),  # what the first three share
        (3, 4, 4),
        (4, 5, 8),  # what the second and the third share
        (5, 7, 7),
        (7, 8, 8),
        (8, 9, 9),
    ]
    assert own.tolist() == [0, 4, 7, 8]
    assert tree.depth == 6


def test_a_cut_falls_where_little_is_shared() -> None:
    # Two families of four; the budget would hold all of the first and one of the second.
    rows = [row(f"{family}{n}", *([family] * 20), 30 + n, 40) for family in (1, 2) for n in range(4)]
    assert [len(batch.ids) for batch in TreeBatches(50)(rows)] == [4, 4]


def test_micro_batches_are_about_even() -> None:
    # Thirty rows of ten tokens that share nothing: a budget of 200 would take twenty of them, and then ten.
    rows = [row(str(n), *range(100 * n + 1, 100 * n + 11)) for n in range(30)]
    assert [len(batch.ids) for batch in TreeBatches(200)(rows)] == [15, 15]


@pytest.mark.parametrize("count", [1000])
def test_a_step_of_a_thousand_rows_takes_milliseconds(count: int) -> None:
    draw = np.random.default_rng(0)
    opening = draw.integers(0, 49_000, 590)
    rows = [
        row(str(n), *opening.tolist(), *draw.integers(0, 300, draw.integers(20, 50)).tolist()) for n in range(count)
    ]
    batches = TreeBatches(4096)
    batches(rows)  # what is worked out of an example once
    fastest = min(_seconds(batches, rows) for _ in range(5))
    assert fastest < 0.1  # 5 to 10 ms on an idle core


def _seconds(batches: TreeBatches, rows: list[Example]) -> float:
    began = time.perf_counter()
    batches(rows)
    return time.perf_counter() - began
