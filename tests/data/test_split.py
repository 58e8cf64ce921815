"""No text on two sides, every label its share, and a record's part hardly ever depends on another record."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from finewright.base.errors import DataError
from finewright.base.nearness import jaccard
from finewright.base.recipe import Data, Split
from finewright.base.records import Message, Record
from finewright.data.load import load
from finewright.data.split import Parts, split

LONG = "my card has not arrived after two weeks and I would like to know where it is now please"


def texts(labels: dict[str, int]) -> list[Record]:
    """So many records of each label, no two of them alike."""
    named = [(label, number) for label, count in labels.items() for number in range(count)]
    return [
        Record(f"{label}:{number}-1", (Message("user", f"{label} {number * 7919} " * 3),), label, "train.csv", line)
        for line, (label, number) in enumerate(named, 2)
    ]


def grouped(sizes: list[int]) -> list[Record]:
    rows = texts({f"g{number}": size for number, size in enumerate(sizes)})
    return [replace(row, group=row.answer, answer="text of its own") for row in rows]


def part_of(parts: Parts) -> dict[str, str]:
    return {record.id: name for name in ("train", "validation", "test") for record in getattr(parts, name)}


def cut(rows: list[Record], seed: int = 0, kind: str = "classes", **settings: object) -> Parts:
    return split(rows, None, None, Split(**settings), seed, kind)  # type: ignore[arg-type]


COUNTS = st.lists(st.integers(4, 40), min_size=2, max_size=6)


@given(COUNTS, st.integers(0, 99), st.sampled_from([0.1, 0.2, 0.37]), st.sampled_from([0.1, 0.15, 0.3]))
def test_every_label_has_its_share(counts: list[int], seed: int, test: float, validation: float) -> None:
    labels = {f"label{n}": count for n, count in enumerate([*counts, 60])}
    rows = texts(labels)
    parts = cut(rows, seed, test=test, validation=validation)
    assert sorted(part_of(parts)) == sorted(row.id for row in rows)
    for share, part in ((test, parts.test), (validation, parts.validation)):
        held = Counter(record.answer for record in part)
        assert all(abs(held[label] - share * count) <= 1 for label, count in labels.items())
    assert all(Counter(record.answer for record in parts.train)[label] > 0 for label in labels)


def test_small_labels_add_up_to_the_share() -> None:
    """200 labels of two rows: 80 test rows wanted; each label's draw decides, standard deviation 7."""
    parts = cut(texts({f"label{n}": 2 for n in range(200)}))
    assert 80 - 28 <= len(parts.test) <= 80 + 28
    assert len({record.answer for record in parts.train}) == 200


@given(COUNTS, st.integers(0, 99), st.data())
def test_removing_a_record_moves_at_most_one_row_across_each_edge(
    counts: list[int], seed: int, data: st.DataObject
) -> None:
    rows = texts({f"label{n}": count for n, count in enumerate([*counts, 60])})
    before = part_of(cut(rows, seed))
    gone = data.draw(st.sampled_from([row for row in rows if row.answer == "label0"]))
    after = part_of(cut([row for row in rows if row is not gone], seed))
    moved = [name for name in after if after[name] != before[name]]
    assert all(name.startswith("label0") for name in moved)
    assert all("train" in (before[name], after[name]) for name in moved)
    held_out = [before[name] if after[name] == "train" else after[name] for name in moved]
    assert len(held_out) == len(set(held_out))


def test_removing_a_training_row_moves_nothing_while_quotas_stay() -> None:
    """Of 102 or 101 rows a fifth is 20.4 or 20.2, a tenth 10.2 or 10.1: 72 of 100 draws round both the same."""
    rows = texts({"a": 102, "b": 40})
    stays = 0
    for seed in range(40):
        before = cut(rows, seed, test=0.2, validation=0.1)
        gone = next(row for row in before.train if row.answer == "a")
        after = cut([row for row in rows if row is not gone], seed, test=0.2, validation=0.1)
        if len(after.test) == len(before.test) and len(after.validation) == len(before.validation):
            assert (after.test, after.validation) == (before.test, before.validation)
            stays += 1
    assert stays >= 16


def test_the_seed_decides_and_order_of_rows_does_not() -> None:
    rows = texts({"a": 40, "b": 40})
    assert part_of(cut(rows)) == part_of(cut(rows[::-1]))
    assert part_of(cut(rows)) != part_of(cut(rows, seed=1))
    assert [record.line for record in cut(rows).train] == sorted(record.line for record in cut(rows).train)


@given(st.lists(st.integers(1, 30), min_size=3, max_size=12), st.integers(0, 99))
def test_no_group_stands_in_two_parts(sizes: list[int], seed: int) -> None:
    rows = grouped(sizes)
    parts = cut(rows, seed, kind="text")
    groups = [{record.group for record in part} for part in (parts.train, parts.validation, parts.test)]
    assert all(groups)
    assert sum(map(len, groups)) == len(sizes)
    assert len(part_of(parts)) == len(rows)


def test_many_small_groups_meet_the_shares() -> None:
    parts = cut(grouped([3] * 100), kind="text", by="group")
    assert (len(parts.test), len(parts.validation)) == (60, 45)


def test_auto_is_by_group_where_there_are_groups() -> None:
    rows = grouped([5] * 20)
    assert part_of(cut(rows, kind="text")) == part_of(cut(rows, kind="text", by="group"))
    assert part_of(cut(rows, kind="text")) != part_of(cut(rows, kind="text", by="random"))


def test_the_latest_rows_are_the_test_part_and_an_instant_is_not_divided() -> None:
    days = ["2025-01-01T10:00:00+02:00", "2025-01-01T09:00", "2025-01-02", "2025-01-03", "2025-01-03", "2025-01-04"]
    rows = [replace(row, time=day) for row, day in zip(texts({"a": 6}), days, strict=True)]
    parts = cut(rows, kind="text", by="time", test=0.3, validation=0.2)
    assert [record.time for record in parts.test] == days[3:]
    assert [record.time for record in parts.validation] == days[2:3]
    assert [record.time for record in parts.train] == days[:2]


def test_times_and_groups_must_be_there() -> None:
    rows = texts({"a": 6})
    with pytest.raises(DataError, match=r"train\.csv:2: the row has no time to split by; set `data\.columns\.time`"):
        cut(rows, kind="text", by="time")
    with pytest.raises(DataError, match=r"train\.csv:2: the row has no group to split by"):
        cut(rows, kind="text", by="group")
    slashed = [replace(row, time="3/4/2025") for row in rows]
    with pytest.raises(DataError, match=r"the time '3/4/2025' is neither ISO 8601 nor a number; write it as"):
        cut(slashed, kind="text", by="time")


def test_near_rows_leave_the_lesser_part_and_the_test_part_is_never_changed(record) -> None:
    train = [
        record(LONG + "!", line=1),
        record("some other text", line=2),
        record(LONG + " ok", line=3),
        record("third", line=4),
    ]
    validation = [record(LONG + "?", line=1, source="v.csv"), record("some  other TEXT", line=2, source="v.csv")]
    test = [record(LONG, line=1, source="t.csv"), record(LONG, line=2, source="t.csv", occurrence=2)]
    parts = split(train, validation, test, Split(near=0.97), 0, "text")
    assert parts.test == test
    assert parts.validation == validation[1:]
    assert parts.train == train[2:]
    assert [(left.part, left.source, left.line, left.near_to) for left in parts.left] == [
        ("validation", "v.csv", 1, test[0].id),
        ("train", "train.csv", 1, test[0].id),
        ("train", "train.csv", 2, validation[1].id),
    ]
    assert [(left.reason, left.similarity) for left in parts.left] == [
        ("nearly the same as t.csv:1", 0.9881),
        ("nearly the same as t.csv:1", 0.9881),
        ("the same as v.csv:2", 1.0),
    ]


PIECES = st.sampled_from(["refund ", "card ", "CARD ", "top-up ", "late "])


@given(
    st.lists(st.tuples(st.lists(PIECES, min_size=1, max_size=6).map("".join)), min_size=1, max_size=30),
    st.integers(0, 9),
    st.sampled_from([0.3, 0.6, 0.9, 1.0]),
)
def test_what_is_left_is_pairwise_not_near_and_nothing_is_lost(
    inputs: list[tuple[str]], seed: int, near: float
) -> None:
    rows = [Record(f"{n}-1", (Message("user", text),), "x", "train.csv", n) for n, (text,) in enumerate(inputs)]
    try:
        parts = cut(rows, seed, kind="text", near=near, test=0.3, validation=0.3)
    except DataError:
        reject()
    for lower, upper in ((parts.train, parts.validation), (parts.train, parts.test), (parts.validation, parts.test)):
        assert all(jaccard(a.text, b.text) < near for a in lower for b in upper)
    assert sorted([*part_of(parts), *(left.record for left in parts.left)]) == sorted(row.id for row in rows)


def test_only_asked_for_groups_leave_for_a_given_file(record) -> None:
    train = [record(f"text number {n * 7919}", line=n, group=f"g{n % 3}") for n in range(12)]
    test = [record("something quite different", line=1, source="t.csv", group="g0")]
    assert not split(train, None, test, Split(), 0, "text").left
    parts = split(train, None, test, Split(by="group"), 0, "text")
    assert {record.group for record in (*parts.train, *parts.validation)} == {"g1", "g2"}
    assert {left.reason for left in parts.left} == {"of the group 'g0', as t.csv:1"}
    assert len(parts.left) == 4


def test_labels_that_cannot_be_learned_or_measured(record) -> None:
    rows = texts({"a": 9, "b": 9})
    with pytest.raises(DataError, match=r"^train\.csv: every row has the label 'a'; give examples of at least two"):
        cut(texts({"a": 9}))
    with pytest.raises(
        DataError, match=r"^train\.csv:20: the label 'c' has a single example \(as have 1 more labels\); add"
    ):
        cut([*rows, *(replace(row, line=20 + n) for n, row in enumerate(texts({"c": 1, "d": 1})))])
    with pytest.raises(DataError, match=r"^t\.csv:3: the label 'z' is not in the training rows; correct the label"):
        split(rows, None, [record("q", "z", 3, source="t.csv")], Split(), 0, "classes")
    repeated = [record(LONG, "c", 30), record(LONG, "c", 31, occurrence=2)]
    with pytest.raises(DataError, match=r"^train\.csv:30: the label 'c' has no training row left after the split"):
        split([*rows, *repeated], None, [record(LONG + "!", "c", 1, source="t.csv")], Split(), 0, "classes")


def test_a_part_that_would_be_empty_is_an_error(record) -> None:
    with pytest.raises(DataError, match=r"there are no training rows"):
        split([], None, None, Split(), 0, "text")
    same = [record(LONG, str(n), n, occurrence=n) for n in range(1, 20)]
    with pytest.raises(DataError, match=r"the training part is empty after \d+ rows left"):
        cut(same, kind="text", by="random")
    with pytest.raises(DataError, match=r"part is empty; give more rows"):
        cut(grouped([9]), kind="text")


@pytest.mark.shared
def test_banking77(shared: Path) -> None:
    """Held-out parts of the published training file; the published test file is left as it is."""
    train, test = (
        load(shared / "banking77" / name, Data(train=Path(name))).records for name in ("train.csv", "test.csv")
    )
    parts = split(train, None, test, Split(), 0, "classes")
    assert parts.test == test
    assert len(parts.train) + len(parts.validation) + len(parts.left) == 10_003
    assert len(parts.validation) == pytest.approx(0.15 * 10_003, rel=0.02)
    assert 10 <= len(parts.left) <= 50
