"""The rows to label next: doubt by hand, copies passed over, and the order of the file of no account."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finewright.base.nearness import jaccard
from finewright.evaluate.uncertainty import doubts, queued


def test_by_hand() -> None:
    table = np.array([[0.5, 0.5, 0.0], [0.7, 0.2, 0.1], [1.0, 0.0, 0.0]])
    assert doubts(table, "margin") == pytest.approx([1, 0.5, 0])
    by_hand = [
        math.log(2) / math.log(3),
        -(0.7 * math.log(0.7) + 0.2 * math.log(0.2) + 0.1 * math.log(0.1)) / math.log(3),
        0,
    ]
    assert doubts(table, "entropy") == pytest.approx(by_hand)
    assert doubts(np.ones((2, 1)), "margin").tolist() == [0, 0]


@given(
    st.lists(st.tuples(st.text("abc ", min_size=1, max_size=12), st.floats(0, 1)), unique_by=lambda row: row[0]),
    st.randoms(),
)
def test_the_choice_hangs_on_the_texts_alone(rows, random) -> None:
    mixed = random.sample(rows, len(rows))
    chosen = []
    for of in (rows, mixed):
        texts, unsure = [text for text, _ in of], np.array([share for _, share in of])
        chosen.append([texts[at] for at in queued(texts, unsure, 5, 0.8)])
    assert chosen[0] == chosen[1]
    assert all(jaccard(a, b) < 0.8 for at, a in enumerate(chosen[0]) for b in chosen[0][:at])


def test_the_surest_copy_does_not_take_a_place() -> None:
    texts = ["My card has not arrived yet.", "my card has not  arrived yet!", "How do I get a refund?", "Top up failed"]
    assert queued(texts, np.array([0.9, 0.8, 0.2, 0.5]), 3, 0.9) == [0, 3, 2]
