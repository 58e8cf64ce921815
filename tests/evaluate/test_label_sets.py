"""Any of some labels through scorers, figures, prompts and classifiers, against scikit-learn and by hand."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, jaccard_score
from sklearn.preprocessing import MultiLabelBinarizer

from finewright.base.label_list import labels_text
from finewright.base.records import Completion, Message, Prediction, Record
from finewright.base.results import ArmResult
from finewright.evaluate.arms.applies import why_not
from finewright.evaluate.arms.frozen import STRENGTH, frozen
from finewright.evaluate.arms.majority import majority
from finewright.evaluate.arms.prompted import prompted
from finewright.evaluate.arms.tfidf import tfidf
from finewright.evaluate.decide import decide
from finewright.evaluate.measure import measure
from finewright.evaluate.prompt import choices, choose_shots
from finewright.evaluate.scorers import scorer_for
from finewright.evaluate.statistics.f1 import macro_f1, micro_f1
from finewright.evaluate.statistics.intervals import value_of, wilson
from finewright.evaluate.task import Task, make_task

NAMES = list("abcd")
PAIRS = st.lists(
    st.tuples(st.sets(st.sampled_from(NAMES)), st.sets(st.sampled_from([*NAMES, "x"]))), min_size=1, max_size=30
)


def record(name, labels, text="text"):
    return Record(name, (Message("user", text),), labels_text(labels), source="rows.jsonl", line=7)


def records(*sets):
    return [record(f"r{n}", labels) for n, labels in enumerate(sets)]


TASK = make_task("labels", "Tag it.", records("ab", "", "c"), len)


def texts(*sets):
    return [labels_text(labels) for labels in sets]


def measured(wanted, said, confidence=0.95):
    rows = records(*wanted)
    answers = [Prediction(f"r{n}", one) for n, one in enumerate(said)]
    return measure(make_task("labels", "Tag it.", rows, len), rows, answers, 1.0, confidence)


def test_the_task_has_every_label_once():
    assert TASK.labels == ("a", "b", "c")
    assert TASK.fields == TASK.order == ()
    assert Task.from_json(json.loads(json.dumps(TASK.to_json()))) == TASK


@pytest.mark.parametrize(
    ("wanted", "said", "correct", "validity", "precision", "recall", "f1", "jaccard"),
    [
        ("ab", '["b", "a", "b"]', 1, 1, 1, 1, 1, 1),
        ("ab", '```json\n[" a", "b"]\n```', 1, 1, 1, 1, 1, 1),
        ("ab", '["a"]', 0, 1, 1, 1 / 2, 2 / 3, 1 / 2),
        ("ab", '["a", "b", "c"]', 0, 1, 2 / 3, 1, 4 / 5, 2 / 3),
        ("ab", '["a", "x"]', 0, 0, 1 / 2, 1 / 2, 1 / 2, 1 / 3),
        ("ab", "[]", 0, 1, 0, 0, 0, 0),
        ("", "[]", 1, 1, 1, 1, 1, 1),
        ("", '["a"]', 0, 1, 0, 0, 0, 0),
        ("", "", 0, 0, 0, 0, 0, 0),
        ("", "none", 0, 0, 0, 0, 0, 0),
        ("a", "a", 0, 0, 0, 0, 0, 0),
        ("a", "['a']", 0, 0, 0, 0, 0, 0),
        ("a", '["a"] is it', 0, 0, 0, 0, 0, 0),
        ("a", '["A"]', 0, 0, 0, 0, 0, 0),
        ("a", '{"a": 1}', 0, 0, 0, 0, 0, 0),
    ],
)
def test_what_a_list_is_worth(wanted, said, correct, validity, precision, recall, f1, jaccard):
    score = scorer_for(TASK)(said, record("r", wanted))
    assert score.correct == bool(correct)
    assert score.parts == pytest.approx(
        {"validity": validity, "precision": precision, "recall": recall, "f1": f1, "jaccard": jaccard}
    )


@given(st.text() | st.just("[" * 50_000))
def test_no_answer_breaks_the_scorer(said):
    score = scorer_for(TASK)(said, record("r", "ab"))
    assert all(0 <= value <= 1 for value in score.parts.values())


def test_figures_by_hand():
    result = measured(["ab", "a", "", "c"], [*texts("ab", "ab", ""), "not a list"])
    assert {name: figure.value for name, figure in result.figures.items()} == pytest.approx(
        {
            "exact_set": 2 / 4,
            "micro_f1": 2 * 3 / (4 + 4),
            "macro_f1": (1 + 2 / 3 + 0) / 3,
            "jaccard": (1 + 1 / 2 + 1 + 0) / 4,
            "validity": 3 / 4,
        }
    )
    assert (result.figures["exact_set"].low, result.figures["exact_set"].high) == wilson(2, 4, 0.95)
    assert result.correct == {"r0": True, "r1": False, "r2": True, "r3": False}
    assert result.shares == {"r0": 1.0, "r1": 0.5, "r2": 1.0, "r3": 0.0}
    for figure in result.figures.values():
        assert 0 <= figure.low <= figure.value <= figure.high <= 1


@given(PAIRS)
def test_figures_are_scikit_learns(pairs):
    wanted, said = zip(*pairs, strict=True)
    binary = MultiLabelBinarizer(classes=[*NAMES, "x"]).fit([])
    left, right = binary.transform(wanted), binary.transform(said)
    if left.any() or right.any():
        theirs = f1_score(left, right, average="micro", zero_division=0)
        assert value_of(micro_f1(wanted, said), len(pairs)) == pytest.approx(theirs)
    if left.any():
        present = np.flatnonzero(left.any(axis=0))
        theirs = f1_score(left, right, average="macro", labels=present, zero_division=0)
        assert value_of(macro_f1(wanted, said), len(pairs)) == pytest.approx(theirs)
    result = measured(wanted, texts(*said))
    # scikit-learn has no word on rows where nothing is wanted and nothing named; here they are right.
    empty = np.mean([not one and not other for one, other in pairs])
    theirs = jaccard_score(left, right, average="samples", zero_division=0) + empty
    assert result.figures["jaccard"].value == pytest.approx(theirs)
    assert result.figures["exact_set"].value == pytest.approx(np.mean((left == right).all(axis=1)))


@given(PAIRS, st.integers(0, 99))
def test_weights_are_repetitions(pairs, seed):
    wanted, said = zip(*pairs, strict=True)
    picked = np.random.default_rng(seed).integers(0, len(pairs), len(pairs))
    weights = np.bincount(picked, minlength=len(pairs)).astype(float)[None]
    for statistic in (micro_f1, macro_f1):
        repeated = statistic([wanted[i] for i in picked], [said[i] for i in picked])
        assert statistic(wanted, said)(weights)[0] == pytest.approx(value_of(repeated, len(pairs)))


def test_where_nothing_is_wanted_saying_nothing_is_all_right():
    for statistic in (micro_f1, macro_f1):
        assert value_of(statistic([set(), set()], [set(), set()]), 2) == 1
        assert value_of(statistic([set(), set()], [set(), {"a"}]), 2) == 0


def test_all_right_is_no_proof_of_perfection():
    for figure in measured(["ab", "", "c"] * 7, texts("ba", "", "c") * 7).figures.values():
        assert figure.value == figure.high == 1.0
        assert figure.low == wilson(21, 21, 0.95)[0]


def test_prompts_ask_for_a_list_and_show_the_labels_as_it_holds_them():
    task = make_task("labels", "Tag it.", records(["b, or not", "ü"], []), len)
    assert choices(task) == 'Reply with a JSON list of all that apply, or [] if none does: "b, or not", "ü"'


def test_shots_are_of_several_sets():
    train = records(*["a"] * 20, "ab", "")
    task = make_task("labels", "Tag it.", train, len)
    assert {shot.answer for shot in choose_shots(train, task, 3, 0)} == {'["a"]', '["a","b"]', "[]"}


WORDS = {"a": "invoice amount", "b": "truck late", "c": "password reset"}


def tagged(count, start=0):
    """Texts whose words give each label away, in all eight sets."""
    sets = [[label for at, label in enumerate("abc") if number >> at & 1] for number in range(8)]
    return [
        record(f"r{n}", sets[n % 8], f"case {n} " + " ".join(WORDS[label] for label in sets[n % 8]))
        for n in range(start, start + count)
    ]


def embed(texts):
    words = " ".join(WORDS.values()).split()
    return np.array([[text.split().count(word) for word in words] for text in texts], dtype=np.float32)


@pytest.mark.parametrize("arm", [tfidf, lambda train, task: frozen(train, task, embed)])
def test_classifiers_learn_each_label(arm):
    train, test = tagged(48), tagged(16, start=200)
    predict = arm(train, make_task("labels", "Tag it.", train, len))
    assert [done.answer for done in predict(test)] == [one.answer for one in test]
    assert arm(train, make_task("labels", "Tag it.", train, len))(test) == predict(test)


def test_the_frozen_arm_is_one_classifier_a_label_with_a_threshold_of_a_half():
    draws = np.random.default_rng(0)
    train, test = tagged(64), tagged(40, start=100)
    held = np.array([[label in json.loads(one.answer) for label in "abc"] for one in train])
    held ^= draws.random(held.shape) < 0.2
    train = [
        record(one.id, [label for label, is_held in zip("abc", row, strict=True) if is_held], one.text)
        for one, row in zip(train, held, strict=True)
    ]
    features, asked = (embed([one.text for one in part]).astype(float) for part in (train, test))
    likely = [
        LogisticRegression(C=STRENGTH, max_iter=2000).fit(features, held[:, at]).predict_proba(asked)[:, 1] > 0.5
        for at in range(3)
    ]
    wanted = [labels_text(label for at, label in enumerate("abc") if likely[at][n]) for n in range(len(test))]
    done = frozen(train, make_task("labels", "Tag it.", train, len), embed)(test)
    assert [one.answer for one in done] == wanted
    assert len(set(wanted)) > 3


def test_a_label_that_every_row_has_is_always_named():
    train = records("ab", "a", "ab", "a")
    assert all("a" in json.loads(done.answer) for done in tfidf(train, make_task("labels", "T.", train, len))(train))


def test_majority_is_the_most_frequent_set():
    assert {done.answer for done in majority(records("ab", "a", "ba", "b"))(records("c"))} == {'["a","b"]'}


def test_every_arm_applies():
    for name in ("majority", "tfidf", "frozen", "encoder", "zero_shot", "few_shot", "tuned"):
        assert why_not(name, TASK) is None


class Recorder:
    """A completer that always answers with the same list and keeps what it was asked."""

    def complete(self, requests):
        self.asked = requests
        return [Completion('["a"]', "stop", 7, 2) for _ in requests]


def test_a_model_writes_its_list_unconstrained():
    completer = Recorder()
    assert prompted(completer, "{choices}", TASK)(records("a"))[0].answer == '["a"]'
    assert completer.asked[0].choices is None
    assert completer.asked[0].max_tokens == TASK.max_tokens


def arm(name, wanted, said):
    of = measured(wanted, texts(*said))
    return ArmResult(name, name, trained=name == "tuned", validation=of, test=of)


def test_the_verdict_decides_by_whole_sets_and_compares_the_parts():
    """No set is right by either arm, but one of them is nearer: the second contrast says so."""
    wanted = ["abc"] * 40
    verdict = decide([arm("tfidf", wanted, ["d"] * 40), arm("tuned", wanted, ["ab"] * 40)], "labels", 0.95)
    assert verdict.outcome == "cannot tell"
    (contrast,) = verdict.others
    assert contrast.test == "paired bootstrap of Jaccard indices"
    assert contrast.difference.value == pytest.approx(2 / 3)
    assert (contrast.won, contrast.lost) == (40, 0)
    assert contrast.p < 0.001


def test_of_equal_sets_the_better_micro_f1_is_the_challenger():
    wanted = ["abc"] * 10
    arms = [arm(name, wanted, [said] * 10) for name, said in (("majority", "d"), ("few_shot", "ab"), ("tuned", "a"))]
    assert decide(arms, "labels", 0.95).challenger == "few_shot"
