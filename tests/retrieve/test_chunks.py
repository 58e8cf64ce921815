"""Spans of long texts: nothing lost, nothing too long, always an end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finewright.base.errors import InputError
from finewright.retrieve.chunks import Chunking, spans

TEXTS = st.text(st.sampled_from("ab .!\n\t1é"), max_size=200)


@given(TEXTS, st.integers(2, 40), st.data())
def test_spans_hold_every_letter_and_come_to_an_end(text: str, size: int, data: st.DataObject) -> None:
    found = spans(text, Chunking(size, data.draw(st.integers(0, size // 2 - 1))))
    held = {at for start, end in found for at in range(start, end)}
    assert {at for at, letter in enumerate(text) if not letter.isspace()} <= held
    assert all(0 < end - start <= size for start, end in found)
    assert all(text[start:end] == text[start:end].strip() for start, end in found)
    assert [start for start, _ in found] == sorted({start for start, _ in found})


def test_a_paragraph_ends_a_span_before_a_sentence_does_and_that_before_a_word() -> None:
    text = "One two. Three four.\n\nFive and six seven. Eight nine"
    cut = [text[start:end] for start, end in spans(text, Chunking(24, 0))]
    assert cut == ["One two. Three four.", "Five and six seven.", "Eight nine"]


def test_the_next_span_repeats_whole_words_of_the_last() -> None:
    text = "alpha beta gamma delta epsilon zeta"
    cut = [text[start:end] for start, end in spans(text, Chunking(17, 6))]
    assert cut == ["alpha beta gamma", "gamma delta", "delta epsilon", "zeta"]


@pytest.mark.parametrize(("size", "overlap"), [(1, 0), (10, 5), (10, -1), (10, 20)])
def test_chunks_that_never_end_are_refused(size: int, overlap: int) -> None:
    with pytest.raises(InputError, match="cannot be cut"):
        Chunking(size, overlap)
