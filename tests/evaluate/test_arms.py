"""The arms: that they learn what can be learned, apply where they should, and give the same answers twice."""

import json

import numpy as np
import pytest

from finewright.base.records import Completion, Message, Record
from finewright.evaluate.arms.applies import why_not
from finewright.evaluate.arms.frozen import frozen
from finewright.evaluate.arms.majority import majority
from finewright.evaluate.arms.prompted import prompted
from finewright.evaluate.arms.tfidf import tfidf
from finewright.evaluate.prompt import build
from finewright.evaluate.task import make_task

TOPICS = {"bill": "invoice amount due", "parcel": "truck dock late", "login": "password reset locked"}


def record(name, text, answer):
    return Record(name, (Message("user", text),), answer)


def topics(count, start=0):
    return [
        record(f"{label}{n}", f"case {n} about {words.split()[n % 3]} {words.split()[(n // 3) % 3]}", label)
        for n in range(start, start + count)
        for label, words in TOPICS.items()
    ]


def embed(texts):
    """Counts of each topic word, scaled to length one: an honest if tiny embedding."""
    words = " ".join(TOPICS.values()).split()
    counts = np.array([[text.split().count(word) for word in words] for text in texts], dtype=np.float32)
    return counts / np.maximum(1e-9, np.linalg.norm(counts, axis=1, keepdims=True))


def classes_task(train):
    return make_task("classes", "Name it.", train, len)


def accuracy(predict, records):
    return np.mean([done.answer == one.answer for done, one in zip(predict(records), records, strict=True)])


@pytest.mark.parametrize("arm", [tfidf, lambda train, task: frozen(train, task, embed)])
def test_classifiers_learn_topics_and_repeat_themselves(arm):
    train, test = topics(12), topics(6, start=100)
    predict = arm(train, classes_task(train))
    assert accuracy(predict, test) > 0.95
    assert [done.record for done in predict(test)] == [one.id for one in test]
    assert arm(train, classes_task(train))(test) == predict(test)


def test_majority_is_the_most_frequent_answer():
    train = [*topics(2), record("x", "more", "parcel")]
    assert {done.answer for done in majority(train)(topics(3))} == {"parcel"}


def notes(count):
    """The code follows from the words, the currency is constant, the invoice never repeats, `urgent` comes and goes."""
    return [
        record(
            f"n{n}",
            f"note {n} about {words}",
            json.dumps({"code": label, "currency": "EUR", "invoice": f"{n}é"} | ({"urgent": True} if n % 2 else {})),
        )
        for n, (label, words) in enumerate(list(TOPICS.items()) * count)
    ]


@pytest.mark.parametrize("arm", [tfidf, lambda train, task: frozen(train, task, embed)])
def test_classifiers_fill_records_field_by_field(arm):
    train = notes(8)
    predict = arm(train, make_task("json", "Read it.", train, len))
    for done, one in zip(predict(train), train, strict=True):
        said, wanted = json.loads(done.answer), json.loads(one.answer)
        assert said["code"] == wanted["code"]
        assert said["currency"] == "EUR"
        assert said["invoice"] == "0é"
        assert list(said)[:3] == ["code", "currency", "invoice"]


def test_a_field_that_is_usually_absent_stays_absent():
    train = [record(f"r{n}", "same", json.dumps({"a": "x"} | ({"b": n / 4} if n == 3 else {}))) for n in range(9)]
    predict = tfidf(train, make_task("json", "Read it.", train, len))
    assert predict(train[:1])[0].answer == '{"a":"x"}'


@pytest.mark.parametrize("text", ["!!!", "a", "同じ", "same text"])
def test_texts_that_tell_nothing_apart_still_get_an_answer(text):
    train = [record(f"r{n}", text, "ab"[n % 2]) for n in range(6)]
    assert tfidf(train, classes_task(train))(train[:1])[0].answer in ("a", "b")
    assert frozen(train, classes_task(train), embed)(train[:1])[0].answer in ("a", "b")


def test_which_arms_apply():
    classes = classes_task(topics(2))
    closed = make_task("json", "Read it.", notes(8), len)
    opened = make_task("json", "Read it.", [record("r", "text", '{"invoice": "1"}')], len)
    text = make_task("text", "Say it.", topics(2), len)
    for name in ("majority", "zero_shot", "few_shot", "tuned"):
        assert all(why_not(name, task) is None for task in (classes, closed, opened, text))
    for name in ("tfidf", "frozen"):
        assert why_not(name, classes) is None
        assert why_not(name, closed) is None
        assert "no field" in why_not(name, opened)
        assert "free text" in why_not(name, text)


class Recorder:
    """A completer that answers with the last word it was shown and keeps what it was asked."""

    def __init__(self):
        self.asked = []

    def complete(self, requests):
        self.asked.extend(requests)
        return [Completion(one.messages[-1].content.split()[-1], "choice", 7, 2) for one in requests]


def test_a_prompted_arm_asks_with_its_own_prompt_adapter_and_labels():
    completer, train = Recorder(), topics(2)
    task = classes_task(train)
    done = prompted(completer, "Do: {instruction}", task, train[:1], "digest")(train)
    assert [one.record for one in done] == [one.id for one in train]
    assert done[0].answer == "invoice"
    assert (done[0].finish, done[0].prompt_tokens, done[0].completion_tokens) == ("choice", 7, 2)
    assert completer.asked[1].messages == build("Do: {instruction}", task, train[1], train[:1])
    assert completer.asked[0].adapter == "digest"
    assert completer.asked[0].choices == task.labels
    assert completer.asked[0].max_tokens == task.max_tokens


def test_an_open_answer_is_not_constrained():
    completer, train = Recorder(), topics(1)
    prompted(completer, "{instruction}", make_task("text", "Say it.", train, len))(train)
    assert completer.asked[0].choices is None
    assert completer.asked[0].adapter is None
