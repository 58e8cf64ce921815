"""Files to records: kinds and shapes recognised and told, every row taken or refused with its line and reason."""

import json
import time
from pathlib import Path

import pytest

from finewright.base.errors import DataError
from finewright.base.files import canonical_json
from finewright.base.recipe import Data
from finewright.base.records import Message, Refusal
from finewright.data.load import load, refuse


def jsonl(*rows: object) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def test_a_spreadsheets_csv(read) -> None:
    content = '\ufefftext;Label\r\n"Where, when\r\nand why?"; card \r\nMüde;bed\r\n'
    loaded = read("tickets.csv", content.encode())
    assert [(record.text, record.answer, record.line) for record in loaded.records] == [
        ("Where, when\r\nand why?", "card", 2),
        ("Müde", "bed", 4),
    ]
    assert loaded.refusals == []
    assert loaded.recognised.said == (
        "tickets.csv is CSV of texts with labels: the input is 'text', the label is 'Label'."
    )


def test_prompt_and_completion_with_a_json_answer(read) -> None:
    loaded = read(
        "a.jsonl", jsonl({"prompt": " p ", "completion": {"b": 1, "a": "ü"}}, {"prompt": "q", "completion": 7})
    )
    assert loaded.recognised.shape == "prompt"
    assert [record.answer for record in loaded.records] == ['{"a":"ü","b":1}', "7"]
    assert loaded.records[0].messages == (Message("user", " p "),)


def test_a_chat_is_its_turns_and_the_last_answer(read) -> None:
    turns = [("system", "s"), ("user", "u1"), ("assistant", "a1"), ("user", "u2"), ("assistant", " a2 ")]
    messages = [{"role": role, "content": content} for role, content in turns]
    loaded = read("a.jsonl", jsonl({"messages": messages, "label": "ignored?"}))
    (record,) = loaded.records
    assert loaded.recognised.shape == "chat"
    assert record.answer == "a2"
    assert record.messages == tuple(Message(role, content) for role, content in turns[:-1])


@pytest.mark.parametrize(
    ("messages", "reason"),
    [
        ([{"role": "user", "content": "u"}], "the last message is by 'user'"),
        ([{"role": "assistant", "content": "a"}], "there is no message by 'user'"),
        ([{"role": "developer", "content": "t"}], "message 1 has the role 'developer'"),
        ([{"content": "t"}], "message 1 has no role"),
        (["hello"], "message 1 has no role"),
        ([], "'messages' is not a list of messages"),
        ("hello", "'messages' is not a list of messages"),
        ([{"role": "user", "content": " "}], "the content of message 1 is empty"),
        ([{"role": "user", "content": [{"type": "image_url"}]}], "the content of message 1 is not text"),
        (
            [
                {"role": "user", "content": "u"},
                {"role": "system", "content": "s"},
                {"role": "assistant", "content": "a"},
            ],
            "a system message is not the first",
        ),
    ],
)
def test_chats_that_cannot_be_used(read, messages: object, reason: str) -> None:
    good = [{"role": "user", "content": "u"}, {"role": "assistant", "content": "a"}]
    loaded = read("a.jsonl", jsonl({"messages": good}, {"messages": messages}))
    (refused,) = loaded.refusals
    assert (refused.line, refused.reason) == (2, reason)
    assert refused.remedy
    assert len(loaded.records) == 1


def test_rows_that_cannot_be_used_are_refused_each_with_its_reason(read) -> None:
    rows = [
        {"text": "good", "label": "x"},
        {"text": "  ", "label": "x"},
        {"text": "t", "label": None},
        {"text": "t"},
        {"text": "a\0b", "label": "x"},
        {"text": "half \ud83d", "label": "x"},
        {"text": "good too", "label": 0},
    ]
    loaded = read("a.jsonl", jsonl(*rows))
    assert [(refusal.line, refusal.reason) for refusal in loaded.refusals] == [
        (2, "the text is empty"),
        (3, "the label is empty"),
        (4, "the row has no 'label'"),
        (5, "the text contains NUL bytes"),
        (6, "the text contains half a character (a lone surrogate)"),
    ]
    assert all(refusal.source == "a.jsonl" and refusal.remedy for refusal in loaded.refusals)
    assert [(record.answer, record.line) for record in loaded.records] == [("x", 1), ("0", 7)]


def test_group_and_time_only_by_their_plain_names_or_the_recipe(read) -> None:
    content = "text,label,customer,date,group\na,x,acme,2025-01-01,g1\nb,y,acme,,\n"
    first, second = read("a.csv", content).records
    assert (first.group, first.time) == ("g1", "2025-01-01")
    assert (second.group, second.time) == (None, None)
    named = read("a.csv", content, columns={"group": "Customer"})
    assert [record.group for record in named.records] == ["acme", "acme"]
    assert "the group is 'customer'" in named.recognised.said
    assert read("b.csv", "text,label,customer\na,x,acme\n").records[0].group is None


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("text,question,label", r"a\.csv: 'text' and 'question' could each be the input; set `data\.columns\.input`"),
        (
            "text,label,Category",
            r"a\.csv: 'label' and 'Category' could each be the answer; set `data\.columns\.answer`",
        ),
        ("text,note", r"none of the columns 'text', 'note' has a usual name for the answer"),
        ("where is it,card", r"none of the columns 'where is it', 'card' has a usual name for the input"),
    ],
)
def test_unclear_columns_ask_for_the_recipe_key(read, header: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        read("a.csv", header + "\n" + ",".join("xyz"[: header.count(",") + 1]) + "\n")


def test_the_recipe_overrides_recognition(read) -> None:
    content = "text,question,label,answer\nt,q,l,a\n"
    loaded = read("a.csv", content, columns={"input": "QUESTION"}, shape="prompt")
    assert (loaded.records[0].text, loaded.records[0].answer, loaded.recognised.shape) == ("q", "a", "prompt")
    assert read("a.csv", content, columns={"input": "text"}, shape="labelled").records[0].answer == "l"
    with pytest.raises(DataError, match=r"no column 'lable' among .*; set `data\.columns\.answer: label`"):
        read("a.csv", content, columns={"input": "text", "answer": "lable"})
    with pytest.raises(DataError, match=r"'text' is both the input and the answer"):
        read("a.csv", content, columns={"input": "text", "answer": "text"})
    with pytest.raises(DataError, match=r"remove `data\.columns\.answer`"):
        read("a.csv", content, columns={"input": "text", "answer": "label"}, shape="chat")


def test_ids_are_of_content_and_occurrence_alone(read) -> None:
    first, again, other = read("a.csv", "text,label\nsame,x\nsame,x\nother,x\n").records
    digest = first.id.removesuffix("-1")
    assert (len(digest), again.id) == (16, f"{digest}-2")
    moved = read("b.jsonl", jsonl({"label": "x", "text": "other"}, {"label": "x", "text": "same"})).records
    assert [record.id for record in moved] == [other.id, first.id]


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.csv", "text,label\na,b\n", "csv"),
        ("a.tsv", "text\tlabel\na\tb\n", "csv"),
        ("a.ndjson", jsonl({"text": "a", "label": "b"}), "jsonl"),
        ("a.json", '[\n{"text": "a", "label": "b"}]', "json"),
        ("a.json", jsonl({"text": "a", "label": "b"}, {"text": "a", "label": "b"}), "jsonl"),
        ("a.json", jsonl({"text": "a" * 5000, "label": "b"}), "jsonl"),
    ],
)
def test_the_kind_of_file(read, name: str, content: str, kind: str) -> None:
    assert read(name, content).recognised.type == kind


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", "", r"a\.csv: the file is empty; give a file with examples\."),
        ("a.csv", "\ufeff\n", r"a\.csv: the file is empty"),
        ("a.csv", "text,label\n", r"a\.csv: the file has no rows"),
        ("a.json", "[]", r"a\.json: the file has no rows"),
        ("a.xlsx", "x", r"cannot be told from the ending '\.xlsx'; set `data\.type`"),
        ("a.jsonl", "no\nnone\n", r"a\.jsonl:1: the line is not valid JSON .* \(and 1 more such row\)"),
    ],
)
def test_files_that_cannot_be_used(read, name: str, content: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        read(name, content)


def test_a_missing_file_proposes_the_nearest(write) -> None:
    folder = write("train.csv", "text,label\n").parent
    write("other.txt", "")
    with pytest.raises(DataError, match=r"trian\.csv: there is no such file; did you mean 'train\.csv'\."):
        load(folder / "trian.csv", Data(train=Path("x")))
    with pytest.raises(DataError, match=r"zzzz: there is no such file; check the path in the recipe\."):
        load(folder / "zzzz", Data(train=Path("x")))
    with pytest.raises(DataError, match=r"nowhere: there is no such folder"):
        load(folder / "nowhere" / "train.csv", Data(train=Path("x")))
    with pytest.raises(DataError, match=r"is a folder, not a file"):
        load(folder, Data(train=Path("x")))


def test_refuse_names_the_first_row_and_counts_the_others() -> None:
    refuse([])
    rows = [Refusal("a.csv", 7, "the text is empty", "fill it in"), Refusal("a.csv", 9, "x"), Refusal("a.csv", 11, "x")]
    said = r"^a\.csv:7: the text is empty \(and 2 more such rows\); fill it in, or set `data\.on_bad: skip`\.$"
    with pytest.raises(DataError, match=said) as caught:
        refuse(rows)
    assert caught.value.exit_code == 2


def test_a_wrong_byte_far_down_stops_the_file(read) -> None:
    with pytest.raises(DataError, match=r"a\.csv:20002: byte .* is not utf-8 text"):
        read("a.csv", b"text,label\n" + b"abc,x\n" * 20_000 + b"m\xfcde,x\n")


@pytest.mark.shared
def test_banking77_is_read_whole_and_fast(shared: Path) -> None:
    start = time.process_time()
    loaded = load(shared / "banking77" / "train.csv", Data(train=Path("train.csv")))
    assert time.process_time() - start < 2
    assert (len(loaded.records), len(loaded.refusals)) == (10_003, 0)
    assert len({record.id for record in loaded.records}) == 10_003
    assert len({record.answer for record in loaded.records}) == 77
    assert canonical_json(dict(loaded.recognised.columns)) == '{"answer":"category","input":"text"}'
