"""What a model is shown: filled templates, joined system messages, chosen examples."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finewright.base.errors import InputError
from finewright.base.records import Message, Record
from finewright.evaluate.prompt import build, check_template, choices, choose_shots
from finewright.evaluate.task import JsonField, Task, make_task

CLASSES = Task("classes", "Name the topic.", ("bill", "parcel"), (), 9)
TEXT = Task("text", "Shorten it.", (), (), 9)
JSON = Task(
    "json",
    "Read it.",
    (),
    (
        JsonField("reason_code", "string", ("A1", "B2")),
        JsonField("invoice", "string"),
        JsonField("amount", "number"),
        JsonField("paid", "boolean", (False, True)),
    ),
    9,
)


def record(name, *turns, answer="bill"):
    roles = ("system", "user", "assistant")
    messages = tuple(Message(role, text) for role, text in turns) or (Message("user", name),)
    assert all(message.role in roles for message in messages)
    return Record(name, messages, answer)


def system(template, task=CLASSES, asked=None):
    return build(template, task, asked or record("text"))[0].content


def test_choices_of_each_kind():
    assert choices(CLASSES) == "Choose exactly one of: bill, parcel"
    assert choices(JSON) == (
        "Reply with one JSON object with the fields: reason_code (one of A1, B2), invoice (string), amount (number), "
        "paid (one of false, true)"
    )
    assert choices(TEXT) == ""


def test_a_template_is_filled_and_its_blank_end_cut():
    assert system("{instruction}\n{choices}") == "Name the topic.\nChoose exactly one of: bill, parcel"
    assert system("{instruction}\n{choices}\n", TEXT) == "Shorten it."


def test_other_braces_stay():
    template = 'Reply like {"a": {1}} or {} or {instruction} or {unknown}'
    assert system(template) == 'Reply like {"a": {1}} or {} or Name the topic. or {unknown}'


def test_an_instruction_is_never_filled_in_turn():
    assert system("{instruction}", Task("text", "Write {choices}.", (), (), 9)) == "Write {choices}."


@given(st.text())
def test_any_text_is_a_template(template):
    messages = build(template, TEXT, record("text"))
    assert messages[-1] == Message("user", "text")


def test_a_record_s_own_system_message_joins_ours():
    asked = record("r", ("system", "Be brief."), ("user", "text"))
    assert build("{instruction}", TEXT, asked) == (
        Message("system", "Shorten it.\n\nBe brief."),
        Message("user", "text"),
    )
    assert build("{choices}", TEXT, asked)[0].content == "Be brief."


def test_an_empty_system_message_is_not_sent():
    assert build("{choices}", TEXT, record("text")) == (Message("user", "text"),)


def test_shots_are_past_turns_without_their_system_message():
    shot = record("s", ("system", "Old."), ("user", "first"), ("assistant", "?"), ("user", "second"), answer="bill")
    roles = [(message.role, message.content) for message in build("{instruction}", CLASSES, record("text"), [shot])]
    assert roles == [
        ("system", "Name the topic."),
        ("user", "first"),
        ("assistant", "?"),
        ("user", "second"),
        ("assistant", "bill"),
        ("user", "text"),
    ]


@pytest.mark.parametrize("template", ["plain", "{instruction} {choices}", '{"a": 1} {} {1}'])
def test_a_sound_template_passes(template):
    check_template(template, "arms.tuned.prompt")


def test_an_unknown_placeholder_is_named_with_its_key_and_the_nearest():
    with pytest.raises(InputError, match=r"arms\.few_shot\.prompt .*\{choice\}.*write \{choices\}"):
        check_template("{instruction} {choice}", "arms.few_shot.prompt")
    with pytest.raises(InputError, match=r"use \{instruction\} and \{choices\} alone"):
        check_template("{xyz}", "arms.tuned.prompt")


def labelled(per_label=5, labels="abc"):
    return [record(f"{label}{n}", answer=label) for label in labels for n in range(per_label)]


def shots(train, count, seed=0):
    task = make_task("classes", "Sort it.", train, len)
    return choose_shots(train, task, count, seed)


def test_shots_take_each_label_in_turn():
    assert sorted(shot.answer for shot in shots(labelled(), 3)) == ["a", "b", "c"]
    answers = [shot.answer for shot in shots(labelled(), 7)]
    assert sorted(answers.count(label) for label in "abc") == [2, 2, 3]
    assert len(shots(labelled(), 64)) == 15


def test_shots_hang_on_the_seed_and_not_on_the_order_of_rows():
    train = labelled()
    assert shots(train, 4) == shots(train[::-1], 4)
    assert len({shots(train, 4, seed) for seed in range(6)}) > 1


def test_removing_an_unused_row_changes_no_shot():
    train = labelled()
    chosen = shots(train, 4)
    unused = next(one for one in train if one not in chosen)
    assert shots([one for one in train if one is not unused], 4) == chosen


def test_json_shots_spread_over_the_widest_closed_field():
    train = [
        record(f"r{n}", answer=json.dumps({"code": "ABC"[n % 3], "currency": "EUR", "invoice": str(n)}))
        for n in range(12)
    ]
    task = make_task("json", "Read it.", train, len)
    codes = [json.loads(shot.answer)["code"] for shot in choose_shots(train, task, 3, 0)]
    assert sorted(codes) == ["A", "B", "C"]


def test_text_shots_are_any_rows():
    train = [record(f"r{n}", answer=f"answer {n}") for n in range(6)]
    assert len(set(choose_shots(train, make_task("text", "Say it.", train, len), 4, 0))) == 4
