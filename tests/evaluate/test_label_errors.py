"""Confident learning: by hand, against the paper's loops, with planted errors, and without a look at the row itself."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finewright.base.errors import DataError
from finewright.evaluate.arms.graded import Grades, by_tfidf
from finewright.evaluate.label_errors import OutOfFold, out_of_fold, suspects
from finewright.evaluate.label_words import suspects_sentence
from finewright.evaluate.learning_curve import unit_of
from support.topics import LABELS, topic_records, topic_texts


def quiet(units: int = 1, note: str = "") -> None:
    """Nobody is looking."""


def found_in(given_labels: str, table: list[list[float]]) -> OutOfFold:
    records = topic_records([(f"text {at}", label) for at, label in enumerate(given_labels)])
    return OutOfFold(tuple(records), ("a", "b", "c")[: len(table[0])], np.array(table), ())


def test_by_hand() -> None:
    """Thresholds: a (0.9 + 0.5 + 0.1) / 3 = 0.5, b (0.8 + 0.6) / 2 = 0.7.

    Row 2, given a, is a confident b; row 4, given b at 0.6, is confidently nothing. Joint: a to a 2, a to b 1, b to b
    1; of three rows given a, one is expected to be wrong.
    """
    found = suspects(found_in("aaabb", [[0.9, 0.1], [0.5, 0.5], [0.1, 0.9], [0.2, 0.8], [0.4, 0.6]]))
    assert [(one.record.id, one.likely, one.margin) for one in found.suspects] == [("0002", "b", pytest.approx(-0.8))]
    assert found.expected == pytest.approx(1)
    assert suspects_sentence(found).startswith("1 of 5 rows is more likely of another label; about 1 wrong label")


@given(st.lists(st.tuples(st.sampled_from("abc"), st.lists(st.integers(1, 20), min_size=3, max_size=3)), min_size=6))
def test_as_the_paper_has_it(rows: list[tuple[str, list[int]]]) -> None:
    given_labels = "".join(label for label, _ in rows)
    table = [[share / sum(shares) for share in shares] for _, shares in rows]
    names, joint, listed = "abc", {}, []
    thresholds = [
        np.mean([row[k] for row, label in zip(table, given_labels, strict=True) if label == names[k]])
        if names[k] in given_labels
        else 0.0
        for k in range(3)
    ]
    for at, (row, label) in enumerate(zip(table, given_labels, strict=True)):
        above = [k for k in range(3) if row[k] >= thresholds[k] - 1e-12]
        if above:
            best = max(above, key=lambda k: (row[k], -k))
            joint[label, names[best]] = joint.get((label, names[best]), 0) + 1
            if names[best] != label:
                others = [row[k] for k in range(3) if names[k] != label]
                listed.append((row[names.index(label)] - max(others), f"{at:04}"))
    expected = sum(
        number / sum(n for (of, _), n in joint.items() if of == label) * given_labels.count(label)
        for (label, other), number in joint.items()
        if other != label
    )
    found = suspects(found_in(given_labels, table))
    assert [one.record.id for one in found.suspects] == [name for _, name in sorted(listed)]
    assert found.expected == pytest.approx(expected)


def test_planted_errors_come_first() -> None:
    pairs = topic_texts(160)
    planted = {f"{at:04}" for at in range(5, 160, 17)}  # ten of them, of all labels
    wrong = [
        (text, LABELS[(LABELS.index(label) + 1) % 4] if f"{at:04}" in planted else label)
        for at, (text, label) in enumerate(pairs)
    ]
    found = suspects(out_of_fold(topic_records(wrong), by_tfidf, 0, quiet))
    first = {one.record.id for one in found.suspects[:12]}
    assert len(first & planted) >= 8
    assert all(one.likely == pairs[int(one.record.id)][1] for one in found.suspects[:12] if one.record.id in planted)
    assert 6 <= found.expected <= 20


@pytest.mark.parametrize("grouped", [True, False])
def test_no_row_is_judged_by_its_group_or_its_copy(grouped: bool) -> None:
    pairs = topic_texts(60)
    if grouped:
        records = topic_records(pairs, [f"customer {at // 3}" for at in range(60)])
    else:
        records = topic_records([*pairs, *pairs])
    units = {record.text: unit_of(record) for record in records}
    every: list[str] = []

    def grade(texts, labels, asked):
        assert not {units[text] for text in texts} & {units[text] for text in asked}
        every.extend(asked)
        return Grades(LABELS, np.ones((len(asked), 4)) / 4)

    assert not out_of_fold(records, grade, 0, quiet).alone
    assert sorted(every) == sorted(record.text for record in records)


def test_a_copied_error_does_not_vouch_for_itself() -> None:
    pairs = topic_texts(160)
    text, label = pairs[20]
    wrong = LABELS[(LABELS.index(label) + 1) % 4]
    records = topic_records([*pairs, *[(text, wrong)] * 4])
    found = suspects(out_of_fold([one for one in records if one.id != "0020"], by_tfidf, 0, quiet))
    assert {f"{at:04}" for at in range(160, 164)} <= {one.record.id for one in found.suspects[:6]}


def test_a_label_of_one_group_is_not_judged() -> None:
    rare = [("odd one", "rare"), ("odd two", "rare")]
    records = topic_records([*topic_texts(40), *rare], [*(f"c{at}" for at in range(40)), "same", "same"])
    found = out_of_fold(records, by_tfidf, 0, quiet)
    assert [one.answer for one in found.alone] == ["rare", "rare"]
    assert "2 rows could not be judged" in suspects_sentence(suspects(found))
    with pytest.raises(DataError, match="fewer than two labels"):
        out_of_fold(topic_records(topic_texts(40), ["one"] * 40), by_tfidf, 0, quiet)
