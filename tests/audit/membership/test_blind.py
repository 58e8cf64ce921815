"""The classifier without the model: it finds a word that gives members away, and nothing in a random draw."""

import numpy as np
import pytest

from finewright.audit.membership.blind import SPREAD, blind_scores
from finewright.audit.membership.findings import area
from finewright.base.order import rank

WORDS = ("invoice", "parcel", "refund", "card", "limit", "branch", "transfer", "cheque", "fee", "dispute", "merchant")


def text(number: int, also: str = "") -> str:
    return " ".join([*(WORDS[rank(7, "word", number, place) % len(WORDS)] for place in range(6)), also])


def test_a_planted_word_is_found() -> None:
    members = [text(n, "lately" if n % 4 else "") for n in range(60)]
    scores = blind_scores(members, [text(1000 + n) for n in range(60)])
    assert area(scores, 60, 0.95, spread=SPREAD).low > 0.6


def test_a_random_draw_is_at_chance() -> None:
    found = []
    for start in range(0, 800, 100):
        texts = [text(n) for n in range(start, start + 100)]
        found.append(area(blind_scores(texts[:50], texts[50:]), 50, 0.95, spread=SPREAD))
    assert all(one.low <= 0.5 for one in found)
    assert np.mean([one.value for one in found]) == pytest.approx(0.5, abs=0.1)  # three standard errors


def test_what_names_a_group_is_not_learned_from_its_own_rows() -> None:
    names = [f"group{n // 5}" for n in range(120)]  # 24 groups of 5 rows, 12 a side
    texts = [f"{text(n)} {name} {name}" for n, name in enumerate(names)]
    groups = np.arange(120) // 5
    apart = area(blind_scores(texts[:60], texts[60:]), 60, 0.95, spread=SPREAD)
    together = area(blind_scores(texts[:60], texts[60:], groups), 60, 0.95, groups, SPREAD)
    assert apart.low > 0.6
    assert together.low < 0.5


def test_the_same_texts_have_the_same_scores() -> None:
    texts = [text(n) for n in range(40)]
    assert (blind_scores(texts[:20], texts[20:]) == blind_scores(texts[:20], texts[20:])).all()
