"""Answers with a thumb: told from labels with care, read in many words, and never of one side only."""

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finewright.base.errors import DataError
from finewright.base.recipe import Data, Split
from finewright.base.records import Message, Record
from finewright.data.card import card
from finewright.data.curate import curate, label_counts
from finewright.data.identity import content_digest
from finewright.data.kind import in_kind, recognise_kind
from finewright.data.load import load
from finewright.data.sample import sample
from finewright.data.shapes.feedback import feedback
from finewright.data.shapes.thumb import thumb
from finewright.data.split import Parts, split


def jsonl(*rows: object) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def row(prompt: str = "q", completion: str = "a", **more: Any) -> dict[str, Any]:
    return {"prompt": prompt, "completion": completion, **more}


UP = [
    True,
    1,
    1.0,
    "true",
    "TRUE",
    " 1 ",
    "+1",
    "1.0",
    "up",
    "thumbs_up",
    "Thumbs up",
    "thumb-up",
    "good",
    "like",
    "yes",
    "👍",
]
DOWN = [False, 0, -1, -1.0, "false", "0", "-1", "down", "thumbs_down", "bad", "dislike", "No", "👎"]
NEITHER = [2, 0.5, "5", "maybe", "", None, "nan", "inf", "1_0", [], {"a": 1}, "up and down"]


def test_a_thumb_comes_in_many_words() -> None:
    assert [value for value in UP if thumb(value) is not True] == []
    assert [value for value in DOWN if thumb(value) is not False] == []
    assert [value for value in NEITHER if thumb(value) is not None] == []


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (
            [row(label=True), row(label=False)],
            "answers with thumbs: the prompt is 'prompt', the answer is 'completion', the thumb is 'label'",
        ),
        (
            [{"question": "q", "answer": "a", "Rating": "thumbs_up", "group": "g"}] * 2,
            "answers with thumbs: the prompt is 'question', the answer is 'answer', the thumb is 'Rating', "
            "the group is 'group'",
        ),
        (
            [row(vote=1, label="billing"), row(vote=0, label="billing")],
            "answers with thumbs: the prompt is 'prompt', the answer is 'completion', the thumb is 'vote'",
        ),
        (
            [row(thumb="up", rating=5), row(thumb=None, rating=1)],
            "answers with thumbs: the prompt is 'prompt', the answer is 'completion', the thumb is 'thumb'",
        ),
        (
            [{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}], "thumb": True}],
            "chats with thumbs: the last assistant turn of 'messages' is the answer, the thumb is 'thumb'",
        ),
    ],
)
def test_feedback_is_recognised_by_columns_and_values(read, rows: list[dict[str, Any]], sentence: str) -> None:
    loaded = read("a.jsonl", jsonl(*rows))
    assert loaded.recognised.shape == "feedback"
    assert loaded.recognised.said == f"a.jsonl is JSON lines of {sentence}."
    assert recognise_kind(loaded.records, "auto") == "feedback"


@pytest.mark.parametrize(
    ("rows", "shape"),
    [
        ([{"text": "t", "label": True}, {"text": "t", "label": False}], "labelled"),
        ([{"prompt": "t", "label": "yes"}, {"prompt": "t", "label": "no"}], "labelled"),
        ([row(rating=5), row(rating=1)], "prompt"),
        ([row(rating=1), row(rating=1)], "prompt"),
        ([row(rating=None)], "prompt"),
        ([row(feedback="Very helpful, thanks."), row(feedback="no")], "prompt"),
        ([{"instruction": "i", "input": "j", "output": "o", "label": True}], "alpaca"),
        (
            [{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}], "label": "x"}],
            "chat",
        ),
    ],
)
def test_what_may_be_no_thumb_is_not_taken_for_one(read, rows: list[dict[str, Any]], shape: str) -> None:
    assert read("a.jsonl", jsonl(*rows)).recognised.shape == shape


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([row(label="a"), row(label="b")], r"'completion' and 'label' could each be the answer"),
        ([row(label=1), row(label=1)], r"'completion' and 'label' could each be the answer"),
        ([row(vote="up", rating="good")], r"'vote' and 'rating' could each be the thumb; set `data\.columns\.thumb`"),
        ([row(vote=1), row(vote=0), row(vote=-1)], r"'vote' holds both 0 and -1, and 0 may mean that nobody voted"),
    ],
)
def test_what_is_unclear_is_a_question(read, rows: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(DataError, match=said):
        read("a.jsonl", jsonl(*rows))


def test_the_recipe_settles_what_is_unclear(read) -> None:
    rows = jsonl(row(vote=1), row(vote=0), row(vote=-1))
    assert [record.desirable for record in read("a.jsonl", rows, shape="feedback").records] == [True, False, False]
    assert read("a.jsonl", rows, shape="prompt").records[0].desirable is None
    named = read("a.jsonl", jsonl({"email": "e", "sent": "s", "ok": "yes"}), columns={"answer": "sent", "thumb": "ok"})
    assert [(record.text, record.answer, record.desirable) for record in named.records] == [("e", "s", True)]
    answered = read("a.jsonl", jsonl(row(label=True), row(label=False)), columns={"answer": "label"})
    assert (answered.recognised.shape, answered.records[0].answer) == ("labelled", "true")
    with pytest.raises(DataError, match=r"the shape 'chat' have no column for 'thumb'; .* `data\.shape: feedback`"):
        read("a.jsonl", jsonl(row(thumb=True)), shape="chat", columns={"thumb": "thumb"})
    with pytest.raises(DataError, match=r"usual name for the thumb; set `data\.columns\.thumb`"):
        read("a.jsonl", jsonl(row(stars=True)), shape="feedback")


TURNS = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]
CALL = {"id": "a1", "type": "function", "function": {"name": "find", "arguments": "{}"}}


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (row(label="maybe"), "the thumb 'maybe' is neither up nor down"),
        (row(label=3), "the thumb '3' is neither up nor down"),
        (row(label="x" * 99), f"the thumb '{'x' * 40}…' is neither up nor down"),
        (row(label=None), "the thumb is empty"),
        (row(), "the row has no 'label'"),
        (row(label=True, completion=" "), "the answer is empty"),
        (row(label=True, prompt=None), "the prompt is empty"),
        (row(label=True, completion=[{"role": "assistant", "content": "a", "weight": 0}]), "the answer has weight 0"),
    ],
)
def test_feedback_that_cannot_be_used(read, bad: dict[str, Any], reason: str) -> None:
    loaded = read("a.jsonl", jsonl(row(label=True), row(label=False), bad), shape="feedback")
    (refused,) = loaded.refusals
    assert (refused.line, refused.reason, len(loaded.records)) == (3, reason, 2)
    assert refused.remedy


def test_a_chat_or_an_answer_that_calls_can_have_a_thumb(read) -> None:
    called = {"role": "assistant", "content": None, "tool_calls": [CALL]}
    chats = [{"messages": TURNS, "thumb": "down"}, {"messages": [TURNS[0], called], "thumb": "up"}]
    plain, calling = read("a.jsonl", jsonl(*chats)).records
    assert (plain.messages, plain.answer, plain.desirable) == ((Message("user", "q"),), "a", False)
    assert calling.reply is not None
    assert calling.reply.calls[0].name == "find"
    (beside,) = read("a.jsonl", jsonl({"prompt": TURNS[:1], "completion": [called], "label": True})).records
    assert (beside.reply, beside.messages, beside.desirable) == (calling.reply, calling.messages, True)
    (skipped,) = read(
        "a.jsonl", jsonl(*chats, {"messages": [*TURNS[:1], TURNS[1] | {"weight": 0}], "thumb": "up"})
    ).refusals
    assert (skipped.line, skipped.reason) == (3, "the answer has weight 0")


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=30).filter(str.strip)


@given(TEXTS.filter(lambda text: "Human:" not in text), TEXTS.filter(lambda text: "Human:" not in text), st.booleans())
def test_one_feedback_in_every_way_of_writing_it(prompt: str, answer: str, up: bool) -> None:
    asked, said = {"role": "user", "content": prompt}, {"role": "assistant", "content": answer}
    columns = {"input": "prompt", "answer": "completion", "thumb": "label"}
    ways = [(prompt, answer), ([asked], [said]), ([asked], answer), (prompt, said), (prompt, [asked, said])]
    found = {
        feedback(columns)({"prompt": question, "completion": told, "label": value})
        for question, told in ways
        for value in (UP if up else DOWN)
    }
    found.add(feedback({"input": "messages", "thumb": "label"})({"messages": [asked, said], "label": up}))
    assert found == {((Message("user", prompt),), answer.strip(), None, up)}


def rated(prompt: str, answer: str, up: bool, line: int = 1, **more: Any) -> Record:
    messages = (Message("user", prompt),)
    name = f"{content_digest(messages, answer, None, up)}-{line}"
    return Record(name, messages, answer, more.pop("source", "train.jsonl"), line, desirable=up, **more)


def test_feedback_of_one_thumb_teaches_nothing() -> None:
    ups = [rated(f"{n}", "a", True, n) for n in range(3)]
    downs = [rated(f"{n}", "a", False, n, source="test.jsonl") for n in range(3)]
    with pytest.raises(
        DataError, match=r"^train\.jsonl: every answer has a thumb up; give answers with a thumb down as well, or"
    ):
        in_kind(ups, "feedback")
    with pytest.raises(
        DataError, match=r"^test\.jsonl: every answer has a thumb down; give answers with a thumb up as well\.$"
    ):
        in_kind(downs, "feedback")
    assert in_kind([*ups, *downs], "feedback") == [*ups, *downs]
    assert in_kind([], "feedback") == []


def test_repeats_and_answers_with_both_thumbs() -> None:
    rows = [
        rated("q", "a", True, 1),
        rated("q", "b", False, 2),
        rated("Q", "a", True, 3),
        rated("q", "a", False, 4),
        rated("r", "a", False, 5),
    ]
    found = curate(rows)
    assert found.duplicates == [(rows[0], rows[2])]
    assert found.contradictions == [(rows[0], rows[2], rows[3])]


def lonely(ups: int, downs: int) -> list[Record]:
    """Feedback with a prompt of its own for each answer."""
    return [rated(f"{n * 7919} " * 5, f"a{n}", n < ups, n + 1) for n in range(ups + downs)]


def counted(parts: Parts) -> list[Counter[bool | None]]:
    return [Counter(record.desirable for record in part) for part in (parts.train, parts.validation, parts.test)]


@given(st.integers(10, 120), st.integers(10, 40), st.integers(0, 99))
def test_each_thumb_has_its_share_of_every_part(ups: int, downs: int, seed: int) -> None:
    """Both strata are cut at one height of their order, which is the share to within a row of each."""
    parts = split(lonely(ups, downs), None, None, Split(), seed, "feedback")
    train, validation, test = counted(parts)
    for thumb_up, total in ((True, ups), (False, downs)):
        assert abs(test[thumb_up] - 0.2 * total) <= 2
        assert abs(validation[thumb_up] - 0.15 * total) <= 2
        assert train[thumb_up] > 0


def test_a_prompt_with_both_thumbs_stays_on_one_side() -> None:
    rows = [rated(f"{n * 7919} " * 5, f"a{k}", k % 2 == 0, 10 * n + k) for n in range(40) for k in range(5)]
    parts = split(rows, None, None, Split(), 0, "feedback")
    held = [{record.text for record in part} for part in (parts.train, parts.validation, parts.test)]
    assert sum(map(len, held)) == 40
    assert parts.left == []
    assert len(parts.test) == 40
    assert all(min(part.values()) > 0 for part in counted(parts))


def test_a_thumb_that_the_split_takes_from_training_is_told() -> None:
    rows = [*lonely(20, 0), rated("the only one", "b", False, 99)]
    test = [rated("the only  ONE", "c", True, 1, source="t.jsonl"), rated("else", "c", False, 2, source="t.jsonl")]
    said = r"^train\.jsonl:99: an answer with a thumb down has no training row left after the split; add"
    with pytest.raises(DataError, match=said):
        split(rows, None, test, Split(validation=0.1), 0, "feedback")


def test_held_out_feedback_of_one_thumb_is_told_before_anything_is_trained() -> None:
    rows = lonely(1, 39)
    said = r"^train\.jsonl: every held-out answer has a thumb down; give more answers with a thumb up, or raise"
    with pytest.raises(DataError, match=said):
        split(rows, None, None, Split(), 0, "feedback")


def test_counts_samples_and_the_card_go_by_thumb(tmp_path) -> None:
    rows = lonely(60, 20)
    assert label_counts(rows, "feedback") == {"thumb up": 60, "thumb down": 20}
    assert label_counts(rows, "preferences") == {}
    for seed in range(5):
        taken = Counter(record.desirable for record in sample(rows, 40, seed, "shared", False))
        assert abs(taken[True] - 30) <= 1
    path = tmp_path / "train.jsonl"
    path.write_text(jsonl(*(row(prompt=one.text, completion=one.answer, label=one.desirable) for one in rows)))
    loaded = load(path, Data(train=path))
    parts = split(loaded.records, None, None, Split(), 0, "feedback")
    told = card({"train": path}, {"train": loaded}, curate(loaded.records), parts, "feedback")
    assert told["columns"] == {"input": "prompt", "answer": "completion", "thumb": "label"}
    assert sum(told["labels"][part]["thumb down"] for part in ("train", "validation", "test")) == 20
    both = [rated("q", "a", True, 1), rated("q", "a", False, 2)]
    told = card({"train": path}, {"train": loaded}, curate(both), parts, "feedback")
    assert [one["thumb"] for one in told["contradictions"][0]] == ["thumb up", "thumb down"]
