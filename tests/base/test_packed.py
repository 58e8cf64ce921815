"""Records in one buffer are the records that went in, and views of them are the sequences that lists would be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finewright.base import packed
from finewright.base.packed import Records, Texts
from finewright.base.records import Message, Record, ToolCall
from finewright.base.views import Chosen, Joined, Made

texts = st.text(st.characters(), max_size=12)  # lone surrogates included
maybe = st.none() | texts
messages = st.builds(
    Message,
    st.sampled_from(["system", "user", "assistant", "tool"]),
    texts,
    st.lists(st.builds(ToolCall, texts, texts, maybe), max_size=2).map(tuple),
    maybe,
    maybe,
    maybe,
    st.none() | st.integers(0, 1),
)
records = st.builds(
    Record,
    texts,
    st.lists(messages, max_size=3).map(tuple),
    texts,
    texts,
    st.integers(0, 2**40),
    maybe,
    maybe,
    st.none() | messages,
    st.none() | messages,
    st.none() | st.booleans(),
)


@given(st.lists(records, max_size=5))
def test_records_come_back_as_they_went_in(rows: list[Record]) -> None:
    held = Records(rows)
    assert list(held) == rows
    assert held == rows
    assert [held[at] for at in range(-len(rows), len(rows))] == rows + rows
    assert (held == rows[1:]) is (not rows)


@given(st.lists(texts, max_size=8), st.lists(texts, max_size=4), st.slices(12))
def test_views_are_what_lists_would_be(first: list[str], second: list[str], cut: slice) -> None:
    joined = Joined([Texts(first), [], second])
    assert joined == first + second
    assert len(joined) == len(first + second)
    assert [joined[at] for at in range(len(joined))] == first + second
    assert joined[cut] == (first + second)[cut]
    assert list(reversed(joined)) == (first + second)[::-1]


@given(st.lists(texts, min_size=1), st.data())
def test_chosen_items_stand_in_the_order_of_their_places(items: list[str], data: st.DataObject) -> None:
    places = data.draw(st.lists(st.integers(0, len(items) - 1)))
    assert Chosen(Texts(items), places) == [items[at] for at in places]


def test_a_source_and_the_plainest_row_cost_next_to_nothing() -> None:
    """Beside its texts and its id a row has its number, some commas and quotes."""
    rows = [Record(f"{at:016x}-1", (Message("user", "x" * 40),), "label", "examples.jsonl", at) for at in range(1000)]
    held = Records(rows)
    assert len(held._rows._content) < 1000 * (18 + 40 + 5 + 18)
    assert held == rows


@given(st.lists(texts))
def test_what_is_made_is_made_of_each_item_in_order(items: list[str]) -> None:
    assert Made(Texts(items), len) == [len(item) for item in items]


@given(st.lists(texts), st.integers(0, 20))
def test_texts_come_back_on_either_side_of_where_places_get_wider(items: list[str], most: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packed, "_MOST", most)
        assert Texts(items) == items
