"""Nearest neighbours beside a slow search, what they may never show, and the prompt arm that shows them."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from finewright.base.nearness import jaccard
from finewright.base.records import Message, Record
from finewright.engine.fake import FakeCompleter
from finewright.evaluate.arms.endpoint import EndpointArm, why_no_endpoint
from finewright.evaluate.arms.neighbours import Nearest, neighbours
from finewright.evaluate.arms.prompted import prompted_by
from finewright.evaluate.arms.retrieved import retrieved
from finewright.evaluate.arms.vectors import remembering
from finewright.evaluate.task import make_task

WORDS = ["invoice", "amount", "truck", "dock", "password", "reset"]


def record(name, text, answer="x", group=None):
    return Record(name, (Message("user", text),), answer, group=group)


def embed(texts):
    counts = np.array([[1e-3 + text.split().count(word) for word in WORDS] for text in texts], dtype=np.float32)
    return counts / np.linalg.norm(counts, axis=1, keepdims=True)


def slow(train, record, most, near):
    """By the definition, one row at a time."""
    vector = embed([record.text])[0]
    allowed = [
        (-float(vector @ embed([one.text])[0]), one.id, place)
        for place, one in enumerate(train)
        if one.id != record.id
        and (record.group is None or one.group != record.group)
        and jaccard(one.text, record.text) < near
    ]
    return [(round(-cosine, 4), name) for cosine, name, _ in sorted(allowed)[:most]]


texts = some.lists(some.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)


@given(
    some.lists(some.tuples(texts, some.sampled_from(["a", "b", None])), min_size=1, max_size=30), some.integers(1, 8)
)
def test_the_nearest_are_those_of_a_slow_search(pairs, most):
    train = [record(f"{at:02}", f"{text} case {at * 7919}", group=group) for at, (text, group) in enumerate(pairs)]
    nearest = Nearest(train, embed, 0.8)
    for one, found in zip(train, nearest.of(train, most), strict=True):
        expected = slow(train, one, most, 0.8)
        assert [cosine for cosine, _ in expected] == pytest.approx([cosine for _, cosine in found], abs=2e-4)
        assert all(train[place].id != one.id for place, _ in found)
        assert all(train[place].group != one.group for place, _ in found if one.group)


def test_the_row_its_group_and_its_near_duplicates_are_never_shown():
    asked = record("q", "invoice amount truck", "secret", group="ann")
    train = [
        asked,
        record("twin", "Invoice  amount truck", "secret"),
        record("kin", "truck amount invoice invoice", "secret", group="ann"),
        record("far", "password reset", "other", group="bob"),
        record("near", "invoice for a truck", "open", group="bob"),
    ]
    shots = retrieved(train, Nearest(train, embed, 0.9), 3)
    assert [one.id for one in shots([asked])[0]] == ["far", "near"]  # the nearest last


def topics(count, start=0):
    kinds = {"bill": WORDS[:2], "parcel": WORDS[2:4], "login": WORDS[4:]}
    return [
        record(f"{label}{n}", f"case {n * 7919} {words[n % 2]} {words[n // 2 % 2]}", label)
        for n in range(start, start + count)
        for label, words in kinds.items()
    ]


def test_neighbours_learn_topics_and_choose_how_many_vote_without_the_row_itself():
    train, test = topics(12), topics(5, start=100)
    task = make_task("classes", "Name it.", train, len)
    predict = neighbours(train, task, Nearest(train, embed, 0.9), 20)
    assert [done.answer for done in predict(test)] == [one.answer for one in test]
    assert predict(test) == predict(test)


def test_noisy_labels_are_outvoted_by_more_neighbours():
    """One row in five bears a wrong label: the nearest one alone repeats it, many outvote it."""
    train = [record(one.id, one.text, "bill" if place % 5 == 0 else one.answer) for place, one in enumerate(topics(40))]
    test = topics(10, start=200)
    task = make_task("classes", "Name it.", train, len)

    def right(most):
        said = neighbours(train, task, Nearest(train, embed, 1.0), most)(test)
        return sum(done.answer == one.answer for done, one in zip(said, test, strict=True))

    assert right(30) == len(test)
    assert right(1) < len(test)


def test_fields_of_a_record_are_voted_on_one_by_one():
    train = [
        record(one.id, one.text, json.dumps({"code": one.answer, "invoice": f"{at}"}))
        for at, one in enumerate(topics(8))
    ]
    task = make_task("json", "Read it.", train, len)
    said = neighbours(train, task, Nearest(train, embed, 1.0), 5)([record("q", "truck dock case 1")])
    assert json.loads(said[0].answer)["code"] == "parcel"


def test_a_text_is_embedded_once():
    asked = []

    def counting(texts):
        asked.extend(texts)
        return embed(texts)

    vectors = remembering(counting)
    assert np.array_equal(vectors(["truck", "dock", "truck"]), embed(["truck", "dock", "truck"]))
    vectors(["dock", "reset"])
    assert asked == ["truck", "dock", "reset"]


def test_each_row_is_asked_with_examples_of_its_own():
    train = topics(4)
    task = make_task("classes", "Name it.", train, len)
    fake = FakeCompleter(lambda request: request.messages[-2].content)  # repeats the example shown last
    test = [record("q1", "truck dock"), record("q2", "password reset")]
    predict = prompted_by(fake, "{instruction}", task, retrieved(train, Nearest(train, embed, 1.0), 2))
    assert [done.answer for done in predict(test)] == ["parcel", "login"]
    assert [len(request.messages) for request in fake.requests] == [6, 6]


class Backwards:
    """Hands answers over from the last to the first, as an endpoint may."""

    def each(self, requests):
        fake = FakeCompleter(lambda request: request.messages[-1].content)
        for place in reversed(range(len(requests))):
            yield place, fake.complete([requests[place]])[0]


def test_an_endpoint_arm_gives_each_answer_to_its_row_in_whatever_order_they_come():
    task = make_task("text", "Repeat.", topics(1), len)
    rows = [record("a", "one"), record("b", "two")]
    arm = EndpointArm(Backwards(), "{instruction}", task)
    assert [(done.record, done.answer) for done in arm.each(rows)] == [("b", "two"), ("a", "one")]
    assert [(done.record, done.answer) for done in arm(rows)] == [("a", "one"), ("b", "two")]


def test_rows_with_tools_are_not_for_endpoints():
    tools = Record("t", (Message("user", "q", tools="[]"),), "a")
    assert why_no_endpoint([record("a", "one")]) is None
    assert "tool calls" in why_no_endpoint([record("a", "one"), tools])
