"""Any of some labels, and labels with an order: how rows are read, what is refused and how they are split."""

import json
from collections import Counter

import pyarrow as arrow
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from finewright.base.errors import DataError
from finewright.base.recipe import Data, Split
from finewright.base.records import Message, Record
from finewright.data.card import card
from finewright.data.classes import check_order
from finewright.data.curate import curate, label_counts
from finewright.data.kind import in_kind, recognise_kind
from finewright.data.load import load
from finewright.data.split import split


def rows(answers, source="train.csv"):
    """One record for each answer, of a text of its own, from the second line on."""
    return [
        Record(f"{source}{n}", (Message("user", f"{n * 7919} of {source}"),), answer, source=source, line=n + 2)
        for n, answer in enumerate(answers)
    ]


def lists(*sets):
    return [json.dumps(labels) for labels in sets]


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        (lists(["a"], ["b", "a"], [], ["b"]), "labels"),
        (lists([], [], []), "labels"),
        (lists(["one"], ["two"], ["three"]), "text"),
        (lists(["x" * 99], ["x" * 99], ["x" * 99]), "text"),
        (lists([1], [2], [1], [2]), "classes"),
        ([*lists(["a"]), "b", "b", "c", "c"], "classes"),
    ],
)
def test_lists_are_recognised(answers, kind):
    assert recognise_kind(rows(answers), "auto") == kind


def test_the_same_set_is_the_same_record_however_it_is_written():
    one, other, twice = in_kind(
        [
            Record(name, (Message("user", "text"),), answer)
            for name, answer in zip("xyz", lists(["b", "a"], ["a ", "b", "a"], ["a"]), strict=True)
        ],
        "labels",
    )
    assert one.answer == other.answer == '["a","b"]'
    assert one.id.removesuffix("-1") == other.id.removesuffix("-2")
    assert twice.id.endswith("-1")
    assert in_kind(rows(["b", "a"]), "classes") == rows(["b", "a"])


def test_every_format_gives_the_same_rows(tmp_path):
    sets = [["b", "a"], [], ["a"]]
    (tmp_path / "a.jsonl").write_text(
        "".join(json.dumps({"text": f"t{n}", "labels": labels}) + "\n" for n, labels in enumerate(sets))
    )
    (tmp_path / "a.csv").write_text('text,labels\nt0,"[""b"", ""a""]"\nt1,[]\nt2,"[""a""]"\n')
    parquet.write_table(arrow.table({"text": ["t0", "t1", "t2"], "labels": sets}), tmp_path / "a.parquet")
    read = [
        in_kind(load(tmp_path / name, Data(train=tmp_path / name)).records, "labels")
        for name in ("a.jsonl", "a.csv", "a.parquet")
    ]
    assert [record.answer for record in read[0]] == ['["a","b"]', "[]", '["a"]']
    assert [record.id for record in read[0]] == [record.id for record in read[1]] == [record.id for record in read[2]]
    assert load(tmp_path / "a.csv", Data(train=tmp_path / "a.csv")).recognised.shape == "labelled"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            "a",
            r"the answer 'a' is no JSON list of labels; write its labels as a list such as \[.*`task\.kind: classes`",
        ),
        ("['a']", "is no JSON list"),
        ('{"a": 1}', "is no JSON list"),
        ('["a", 7]', 'the list of labels holds 7, which is no text; write each label as text, such as "7"'),
        ('["a", null]', "holds null, which is no text"),
        ('[["a"]]', r"holds \[\"a\"\], which is no text"),
        ('["a", " "]', "of the list of labels, the label is empty; correct the list"),
        ('["\\ud800"]', "half a character"),
        ('["a\\u0000"]', "NUL"),
        ("x" * 999, "x…' is no JSON list"),
    ],
)
@pytest.mark.parametrize("asked", ["labels", "auto"])
def test_a_row_without_a_list_of_labels_is_named(answer, said, asked):
    records = rows([*lists(["a"], ["a", "b"], ["b"], []), answer])
    with pytest.raises(DataError, match=rf"^train\.csv:6: .*{said}"):
        recognise_kind(records, asked)


def test_most_rows_without_lists_are_no_lists():
    assert recognise_kind(rows(["a", "a", "b", "b", '["a"]']), "auto") == "classes"
    with pytest.raises(DataError, match=r"^train\.csv:2: the answer 'a' is no JSON list"):
        recognise_kind(rows(["a", '["a"]']), "labels")


def cut(answers, test=None, **settings):
    return split(in_kind(rows(answers), "labels"), None, test, Split(near=1.0, **settings), 0, "labels")


def test_labels_that_cannot_be_learned_or_measured():
    good = lists(["a"], ["b"], ["a", "b"], []) * 5
    with pytest.raises(DataError, match=r"^train\.csv: every row has the labels '\[\"a\"\]'; give examples with other"):
        cut(lists(["a"]) * 9)
    with pytest.raises(DataError, match=r"^train\.csv: every row has the labels '\[\]'"):
        cut(lists([]) * 9)
    with pytest.raises(
        DataError, match=r"^train\.csv:22: the label 'c' has a single example \(as have 1 more labels\)"
    ):
        cut([*good, *lists(["c", "a"], ["d"])])
    held_out = in_kind(rows(lists(["a"], ["b", "z"]), "test.csv"), "labels")
    with pytest.raises(DataError, match=r"^test\.csv:3: the label 'z' is not in the training rows; correct the label"):
        cut(good, held_out)
    assert len(cut(good, in_kind(rows(lists([], ["b"]), "test.csv"), "labels")).test) == 2


def test_a_label_that_the_split_takes_from_training_is_named():
    near = "the very same long text about something that is said twice with but a mark between them"
    good = rows(lists(["a"], ["b"], ["a", "b"]) * 5)
    lost = [Record(f"c{n}", (Message("user", near),), '["c"]', source="train.csv", line=30 + n) for n in range(2)]
    test = [Record("t", (Message("user", near + "!"),), '["c"]', source="test.csv", line=2)]
    with pytest.raises(DataError, match=r"^train\.csv:30: the label 'c' has no training row left after the split"):
        split([*good, *lost], None, test, Split(), 0, "labels")


@given(st.integers(20, 40), st.integers(6, 9), st.integers(4, 5), st.integers(4, 5), st.integers(0, 9))
def test_rare_labels_get_their_share_of_every_part(alone, second, third, none, seed):
    """The rows with c, those with b and not c, those with a alone and those with nothing: each a stratum."""
    strata = {"a": [["a"]] * alone, "b": [["b", "a"]] * second, "c": [["c", "a", "b"]] * third, "": [[]] * none}
    records = in_kind(rows(lists(*(labels for sets in strata.values() for labels in sets))), "labels")
    parts = split(records, None, None, Split(near=1.0, test=0.3, validation=0.2), seed, "labels")
    for part, share in ((parts.test, 0.3), (parts.validation, 0.2)):
        held = Counter(max(json.loads(record.answer), default="") for record in part)
        assert all(abs(held[name] - share * len(sets)) < 1 for name, sets in strata.items())
    assert len(parts.train) + len(parts.validation) + len(parts.test) == len(records)


def test_sets_that_occur_once_are_held_out_too():
    """Strata of whole sets would leave every row with a set of its own in training."""
    names = [f"l{n}" for n in range(12)]
    every = [[one, other] for at, one in enumerate(names) for other in names[at + 1 :]]
    parts = cut(lists(*every))
    assert 9 <= len(parts.test) <= 18
    assert {label for record in parts.test for label in json.loads(record.answer)} == set(names)


def test_rows_are_counted_by_label(tmp_path):
    records = in_kind(rows(lists(["b", "a"], ["b"], [])), "labels")
    assert list(label_counts(records, "labels").items()) == [("b", 2), ("a", 1)]
    assert label_counts(records, "text") == {}
    path = tmp_path / "a.jsonl"
    good = [["a"], ["b"], ["a", "b"], []] * 6
    path.write_text("".join(json.dumps({"text": f"t {n}", "labels": one}) + "\n" for n, one in enumerate(good)))
    loaded = load(path, Data(train=path))
    parts = split(in_kind(loaded.records, "labels"), None, None, Split(near=1.0), 0, "labels")
    made = card({"train": path}, {"train": loaded}, curate(loaded.records), parts, "labels")
    assert {label: sum(of[label] for of in made["labels"].values()) for label in "ab"} == {"a": 12, "b": 12}


GRADES = ["low", "middle", "high", "low", "high", "middle"]


def test_an_order_of_exactly_the_labels_is_taken():
    check_order(rows(GRADES), ["low", "middle", "high"], "classes")
    check_order(rows(GRADES), None, "classes")
    check_order(rows(lists(["a"])), None, "labels")


@pytest.mark.parametrize(
    ("order", "said"),
    [
        (
            ["low", "middel", "high"],
            r"^train\.csv:3: the label 'middle' is not in `task\.order`; write 'middel' in the row, or add the label",
        ),
        (["low", "high"], r"^train\.csv:3: the label 'middle' is not in `task\.order`; correct the row, or add"),
        (
            ["low", "middle", "high", "extreme"],
            r"^`task\.order` names the label 'extreme', which no row has; remove it",
        ),
        (["low", "middle", "low", "high"], r"names the label 'low' twice; name each label once"),
    ],
)
def test_an_order_of_other_labels_is_refused(order, said):
    with pytest.raises(DataError, match=said):
        check_order(rows(GRADES), order, "classes")


@pytest.mark.parametrize("kind", ["labels", "json", "text"])
def test_an_order_is_of_classes_alone(kind):
    with pytest.raises(DataError, match=r"the answers are not one of some labels; remove `task\.order`"):
        check_order(rows(GRADES), ["low", "middle", "high"], kind)
