"""Pairs, OpenAI preferences and edits: read whole in every way of writing them, or refused with row and reason."""

import gzip
import hashlib
import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finewright.base.errors import DataError
from finewright.base.recipe import Columns, Data, Split
from finewright.base.records import Message, Record, ToolCall
from finewright.data.card import card
from finewright.data.curate import curate
from finewright.data.identity import content_digest, numbering
from finewright.data.kind import in_kind, recognise_kind
from finewright.data.load import load, refuse
from finewright.data.sample import sample
from finewright.data.shapes.edits import edits
from finewright.data.shapes.pairs import pairs
from finewright.data.shapes.preference import preference
from finewright.data.shapes.transcript import transcript
from finewright.data.split import split

ASKED = {"role": "user", "content": "Was 4711 paid?"}
TOOLS = [{"type": "function", "function": {"name": "find", "parameters": {"type": "object"}}}]
CALL = {"id": "a1", "type": "function", "function": {"name": "find", "arguments": {"number": 4711}}}
FIND = ToolCall("find", '{"number": 4711}', "a1")


def jsonl(*rows: object) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def said(content: str | None, role: str = "assistant", **more: Any) -> dict[str, Any]:
    return {"role": role, "content": content, **more}


def human(*turns: str) -> str:
    """A transcript in the style of hh-rlhf, the human first."""
    speakers = ["Human", "Assistant"] * len(turns)
    return "".join(f"\n\n{speaker}: {turn}" for speaker, turn in zip(speakers, turns, strict=False))


PLAIN = {"prompt": "Was it paid?", "chosen": "Yes.", "rejected": "Maybe."}
OPENAI = {
    "input": {"messages": [ASKED], "tools": TOOLS, "parallel_tool_calls": True},
    "preferred_output": [said("Yes.")],
    "non_preferred_output": [said("No.")],
}
EDIT = {"request": 1, "prompt": "Was it paid?", "draft": "Sure thing!", "approved": "Yes, on 3 May."}


@pytest.mark.parametrize(
    ("row", "shape", "sentence"),
    [
        (
            PLAIN,
            "pairs",
            "preferences: the prompt is 'prompt', the chosen answer is 'chosen', the rejected one is 'rejected'",
        ),
        (
            {"Question": "q", "chosen": "a", "rejected": "b", "system": "s", "score_chosen": 8, "label": "x"},
            "pairs",
            "preferences: the prompt is 'Question', the chosen answer is 'chosen', the rejected one is 'rejected', "
            "the system message is 'system'",
        ),
        (
            {"chosen": human("q", "a"), "rejected": human("q", "b")},
            "pairs",
            "preferences: the last turn of 'chosen' is the chosen answer, that of 'rejected' the rejected one",
        ),
        (
            OPENAI,
            "preference",
            "OpenAI preferences: the prompt is 'input', the preferred answer is 'preferred_output', "
            "the other one is 'non_preferred_output'",
        ),
        (
            EDIT,
            "edits",
            "drafts and their approved forms: the prompt is 'prompt', the draft is 'draft', "
            "the approved answer is 'approved'",
        ),
    ],
)
def test_the_shape_is_recognised_and_said(read, row: dict[str, Any], shape: str, sentence: str) -> None:
    loaded = read("a.jsonl", jsonl(row))
    assert loaded.refusals == []
    assert loaded.recognised.shape == shape
    assert loaded.recognised.said == f"a.jsonl is JSON lines of {sentence}."
    assert recognise_kind(loaded.records, "auto") == "preferences"


def test_a_pair_is_its_prompt_and_both_answers(read) -> None:
    (record,) = read("a.jsonl", jsonl({"prompt": " q ", "chosen": " yes ", "rejected": {"b": 1, "a": 2}})).records
    assert (record.messages, record.answer, record.reply) == ((Message("user", " q "),), "yes", None)
    assert (record.rejected, record.desirable) == (Message("assistant", '{"a":2,"b":1}'), None)
    assert record.turn == Message("assistant", "yes")


def test_openais_preferences_keep_their_tools_and_may_end_in_calls(read) -> None:
    called = OPENAI | {"preferred_output": [said(None, tool_calls=[CALL])]}
    answered, calling = read("a.jsonl", jsonl(OPENAI, called)).records
    assert answered.messages == (Message("user", "Was 4711 paid?", tools=json.dumps(TOOLS)),)
    assert (answered.answer, answered.rejected) == ("Yes.", Message("assistant", "No."))
    assert calling.reply == Message("assistant", "", (FIND,))
    assert calling.answer == '<tool_call>{"name": "find", "arguments": {"number": 4711}}</tool_call>'
    assert calling.rejected == Message("assistant", "No.")
    (turned,) = read(
        "a.jsonl",
        jsonl(called | {"preferred_output": [said("No.")], "non_preferred_output": [said("", tool_calls=[CALL])]}),
    ).records
    assert (turned.answer, turned.reply, turned.rejected) == ("No.", None, Message("assistant", "", (FIND,)))


def test_an_edit_prefers_the_approved_form_to_the_draft(read) -> None:
    loaded = read("a.csv", "prompt,draft,approved\nq,d,a\nq,same  text,same text \nr,d,a\n")
    assert [(record.answer, record.rejected) for record in loaded.records] == [("a", Message("assistant", "d"))] * 2
    (unchanged,) = loaded.refusals
    assert (unchanged.line, unchanged.reason) == (
        3,
        "the draft was approved without a change, which shows no preference",
    )
    with pytest.raises(DataError, match=r"^a\.csv:3: the draft was .*; remove the row, or set `data\.on_bad: skip`\.$"):
        refuse(loaded.refusals)


def test_approved_may_be_a_thumb_and_is_then_no_answer(read) -> None:
    with pytest.raises(DataError, match="has a usual name for the answer"):
        read("a.jsonl", jsonl(EDIT | {"approved": True}, EDIT | {"approved": False}))
    named = read("a.jsonl", jsonl(EDIT | {"approved": True}), columns={"answer": "draft", "thumb": "approved"})
    assert [(record.answer, record.desirable) for record in named.records] == [("Sure thing!", True)]


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=30).filter(
    lambda text: text.strip() and not re.search("Human:|Assistant:", text)
)


@given(st.lists(WORDS, min_size=1, max_size=5).filter(lambda turns: len(turns) % 2 == 1), WORDS, WORDS)
def test_one_pair_in_every_way_of_writing_it(asked: list[str], chosen: str, rejected: str) -> None:
    """Prompt and answers as texts, messages, transcripts, whole conversations or in OpenAI's form: one content."""
    if chosen.split() == rejected.split():
        rejected += "."
    roles = ["user", "assistant"] * len(asked)
    openai = [{"role": role, "content": turn} for role, turn in zip(roles, asked, strict=False)]
    sharegpt = [{"from": role, "value": turn} for role, turn in zip(roles, asked, strict=False)]
    sides = {"chosen": chosen, "rejected": rejected}
    ways = [
        {"prompt": openai, **sides},
        {
            "prompt": sharegpt,
            "chosen": {"from": "gpt", "value": chosen},
            "rejected": [{"from": "gpt", "value": rejected}],
        },
        {"prompt": openai} | {side: [said(text)] for side, text in sides.items()},
        {"prompt": openai[-1]["content"]} | {side: [*openai, said(text)] for side, text in sides.items()},
        {"prompt": openai} | {side: [*openai, said(text)] for side, text in sides.items()},
    ]
    columns = {"input": "prompt", "answer": "chosen", "rejected": "rejected"}
    alone = {"answer": "chosen", "rejected": "rejected"}
    found = [pairs(columns)(way) for way in ways]
    found.append(pairs(alone)({side: [*openai, said(text)] for side, text in sides.items()}))
    found.append(
        edits({**columns, "answer": "approved", "rejected": "draft"})(
            {"prompt": openai, "approved": chosen, "draft": rejected}
        )
    )
    flat = {"input": {"messages": openai}, "better": [said(chosen)], "worse": [said(rejected)]}
    found.append(preference({"input": "input", "answer": "better", "rejected": "worse"})(flat))
    if len(asked) == 1:
        found.append(pairs(columns)({"prompt": asked[0], **sides}))
    messages = tuple(Message(turn["role"], turn["content"]) for turn in openai)  # type: ignore[arg-type]
    assert set(found) == {(messages, chosen.strip(), Message("assistant", rejected.strip()), None)}

    bare = tuple(replace(message, content=message.content.strip()) for message in messages)
    written = [
        pairs(alone)({side: human(*asked, text) for side, text in sides.items()}),
        pairs(columns)({"prompt": human(*asked, "").rstrip(), **sides}),
        pairs(columns)({"prompt": asked[0]} | {side: human(*asked, text) for side, text in sides.items()}),
    ]
    assert set(written) == {(bare, chosen.strip(), Message("assistant", rejected.strip()), None)}


@pytest.mark.parametrize(
    ("text", "turns"),
    [
        ("", None),
        ("Human: alone", None),
        ("a word before\n\nHuman: u\n\nAssistant: a", None),
        ("Assistant: a\n\nHuman: u", None),
        ("\n\nHuman: u\n\nAssistant:", [("user", "u"), ("assistant", "")]),
        ("\n\nHuman: one\n\ntwo\nHuman: three\n\nHuman: u\n\nAssistant:a", [
            ("user", "one\n\ntwo\nHuman: three"), ("user", "u"), ("assistant", "a")
        ]),
    ],
)  # fmt: skip
def test_a_transcript_is_told_by_its_speakers(text: str, turns: list[tuple[str, str]] | None) -> None:
    assert transcript(text) == turns


CHOSEN, REJECTED = [ASKED, said("a")], [ASKED, said("b")]
CALLS = [said("", tool_calls=[CALL])]
DIFFERS = "the prompt differs between chosen and rejected"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (PLAIN | {"rejected": " Yes.\n"}, "the chosen and the rejected answer are the same"),
        (PLAIN | {"chosen": "a  b", "rejected": "a\nb"}, "the chosen and the rejected answer are the same"),
        (
            PLAIN | {"chosen": CALLS, "rejected": [said(None, tool_calls=[CALL | {"id": "z"}])]},
            "the chosen and the rejected answer are the same",
        ),
        (PLAIN | {"rejected": "  "}, "the rejected answer is empty"),
        (PLAIN | {"chosen": None}, "the chosen answer is empty"),
        (PLAIN | {"chosen": []}, "'chosen' is an empty list"),
        (PLAIN | {"chosen": [said(" ")]}, "the content of message 1 of 'chosen' is empty"),
        ({"prompt": "q", "rejected": "b"}, "the row has no 'chosen'"),
        ({"chosen": "a", "rejected": "b"}, "the row has no 'prompt'"),
        (PLAIN | {"prompt": ""}, "the prompt is empty"),
        (PLAIN | {"prompt": []}, "'prompt' is an empty list"),
        (PLAIN | {"prompt": CHOSEN}, "the last message of 'prompt' is by 'assistant'"),
        (PLAIN | {"prompt": [said("s", "system")]}, "there is no message by 'user'"),
        (PLAIN | {"chosen": [said("b", "tool")]}, "the last message of 'chosen' is by 'tool'"),
        (PLAIN | {"chosen": [*CHOSEN, ASKED]}, "the last message of 'chosen' is by 'user'"),
        (PLAIN | {"chosen": CHOSEN}, "the conversation in 'chosen' does not have the row's prompt in it"),
        (PLAIN | {"rejected": [said("b", weight=0)]}, "the rejected answer has weight 0"),
        (PLAIN | {"chosen": [said("a"), {"content": "b"}]}, "message 2 of 'chosen' has no role"),
        (PLAIN | {"chosen": [said("a", refusal="no")]}, "message 1 of 'chosen' has 'refusal', which is not supported"),
        (
            PLAIN | {"prompt": [ASKED], "chosen": [ASKED, said("x"), ASKED, said("a")], "rejected": REJECTED},
            DIFFERS,
        ),
        (
            PLAIN | {"prompt": [ASKED], "chosen": [said("", tool_calls=[CALL]), said("{}", "tool"), said("a")]},
            DIFFERS,
        ),
    ],
)  # fmt: skip
def test_pairs_that_cannot_be_used(read, row: dict[str, Any], reason: str) -> None:
    loaded = read("a.jsonl", jsonl(PLAIN, row))
    (refused,) = loaded.refusals
    assert (refused.line, refused.reason, len(loaded.records)) == (2, reason, 1)
    assert refused.remedy


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"chosen": "a", "rejected": "b"}, "'chosen' is no conversation, and there is no prompt"),
        ({"chosen": [said("a")], "rejected": [said("b")]}, "there is no message by 'user'"),
        (
            {"chosen": human("q", "x", "r", "a"), "rejected": human("q", "y", "r", "b")},
            DIFFERS,
        ),
        ({"chosen": human("q", "a", "r", "b"), "rejected": human("q", "b")}, DIFFERS),
        ({"chosen": human("q", "a"), "rejected": human("q", " ")}, "the content of message 2 of 'rejected' is empty"),
        ({"chosen": human("q", " ", "r", "a"), "rejected": ""}, "the content of message 2 of 'chosen' is empty"),
        ({"chosen": human("q", "a", "r"), "rejected": human("q", "b")}, "the last message of 'chosen' is by 'user'"),
    ],
)  # fmt: skip
def test_whole_conversations_that_make_no_pair(read, row: dict[str, Any], reason: str) -> None:
    loaded = read("a.jsonl", jsonl({"chosen": CHOSEN, "rejected": REJECTED}, row))
    (refused,) = loaded.refusals
    assert (refused.line, refused.reason) == (2, reason)
    assert refused.remedy


def test_two_outputs_on_one_side_are_counted_in_the_remedy(read) -> None:
    (refused,) = read("a.jsonl", jsonl(OPENAI, OPENAI | {"preferred_output": [said("Yes."), said("No.")]})).refusals
    assert (refused.reason, "before the answer (of which there are 2 and 1)" in refused.remedy) == (DIFFERS, True)


@pytest.mark.parametrize("given", [None, "text", [ASKED], {}, {"messages": []}, {"prompt": "q"}])
def test_openais_input_must_be_an_object_with_messages(read, given: Any) -> None:
    (refused,) = read("a.jsonl", jsonl(OPENAI, OPENAI | {"input": given})).refusals
    assert (refused.line, refused.reason) == (2, "'input' is not an object with messages")


def test_weights_of_earlier_turns_do_not_make_prompts_differ(read) -> None:
    turns = [ASKED, said("x", weight=0), ASKED]
    row = {"chosen": [*turns, said("a")], "rejected": [ASKED, said("x"), ASKED, said("b")]}
    (record,) = read("a.jsonl", jsonl(row)).records
    assert [message.weight for message in record.messages] == [None, 0, None]


def test_the_recipe_names_columns_and_shape(read) -> None:
    content = jsonl({"context": "c", "good": "a", "poor": "b", "text": "t", "label": "l"})
    named = read("a.jsonl", content, columns={"input": "context", "answer": "good", "rejected": "Poor"})
    assert (named.recognised.shape, named.records[0].rejected) == ("pairs", Message("assistant", "b"))
    assert read("a.jsonl", content).recognised.shape == "labelled"
    with pytest.raises(
        DataError, match=r"rows of the shape 'labelled' have no .* 'rejected'; remove .* `data\.shape: pairs`"
    ):
        read("a.jsonl", content, columns={"rejected": "poor"}, shape="labelled")
    with pytest.raises(DataError, match=r"usual name for the rejected; set `data\.columns\.rejected` in the recipe"):
        read("a.jsonl", jsonl({"prompt": "q", "chosen": "a", "other": "b"}), shape="pairs")
    with pytest.raises(DataError, match=r"'chosen' is both the answer and the rejected"):
        read("a.jsonl", jsonl(PLAIN), columns={"rejected": "chosen"})
    both = PLAIN | {"draft": "d", "approved": "e"}
    with pytest.raises(DataError, match=r"the columns are those of pairs and of edits; set `data\.shape`"):
        read("a.jsonl", jsonl(both))
    assert read("a.jsonl", jsonl(both), shape="edits").records[0].answer == "e"
    with pytest.raises(DataError, match=r"'prompt' and 'question' could each be the input; set `data\.columns\.input`"):
        read("a.jsonl", jsonl(PLAIN | {"question": "q"}))


@pytest.mark.parametrize(
    "side", ["chosen", "rejected", "preferred_output", "non_preferred_output", "draft", "approved"]
)
def test_one_side_of_a_pair_without_the_other_is_told(read, side: str) -> None:
    said = (
        rf"'{side}' is one side of a pair, and no column is called as the other side is; name both .*columns\.rejected"
    )
    with pytest.raises(DataError, match=said):
        read("a.jsonl", jsonl({"prompt": "q", side: "a"}))
    assert read("a.jsonl", jsonl({"prompt": "q", side: "a", "label": "l"})).recognised.shape == "labelled"
    named = {"answer": side, "rejected": "other"}
    assert read("a.jsonl", jsonl({"prompt": "q", side: "a", "other": "b"}), columns=named).recognised.shape == "pairs"


def test_a_file_of_pairs_can_still_be_read_for_one_side_alone(read) -> None:
    (record,) = read("a.jsonl", jsonl(PLAIN), shape="prompt", columns={"answer": "chosen"}).records
    assert (record.answer, record.rejected) == ("Yes.", None)


def test_ids_hang_on_the_judgement_and_are_those_of_before_without_one() -> None:
    """SHA-256 of texts that are written out here: what is not judged has no third part."""
    asked, other = [Message("user", "q")], Message("assistant", "b")

    def digest(text: str) -> str:
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    assert content_digest(asked, "a") == digest('[[["user","q"]],"a"]')
    assert content_digest(asked, "a", other) == digest('[[["user","q"]],"a",{"rejected":["assistant","b"]}]')
    assert content_digest(asked, "a", None, True) == digest('[[["user","q"]],"a",{"desirable":true}]')
    assert content_digest(asked, "a", None, False) == digest('[[["user","q"]],"a",{"desirable":false}]')
    calling = Message("assistant", "", (FIND,))
    assert content_digest(asked, "a", calling) != content_digest(asked, "a", Message("assistant", calling.text))
    identify = numbering()
    names = [identify(asked, "a", other), identify(asked, "a", other), identify(asked, "a")]
    assert [name.split("-")[1] for name in names] == ["1", "2", "1"]


def test_kinds_that_are_asked_for_and_mixtures(read) -> None:
    found = read("a.jsonl", jsonl(PLAIN)).records
    plain = read("b.jsonl", jsonl({"prompt": "q", "completion": "a"})).records
    rated = read("c.jsonl", jsonl({"prompt": "q", "completion": "a", "thumb": "up"})).records
    assert [recognise_kind(found, asked) for asked in ("auto", "preferences")] == ["preferences"] * 2
    assert recognise_kind(rated, "feedback") == "feedback"
    assert recognise_kind([], "preferences") == "text"
    for asked in ("text", "classes", "json", "labels", "feedback"):
        with pytest.raises(
            DataError, match=rf"^a\.jsonl: `task\.kind: {asked}` does not go with rows that have a chosen"
        ):
            recognise_kind(found, asked)
    with pytest.raises(
        DataError, match=r"^b\.jsonl: `task\.kind: preferences` .* an answer that was not judged; remove it"
    ):
        recognise_kind(plain, "preferences")
    said = (
        r"^b\.jsonl:1: the row has an answer that was not judged, where a\.jsonl:1 has a chosen and a rejected answer"
    )
    with pytest.raises(DataError, match=said):
        recognise_kind([*found, *plain], "auto")
    with pytest.raises(DataError, match=r"^c\.jsonl:1: the row has an answer with a thumb, where a\.jsonl:1"):
        recognise_kind([*found, *rated], "auto")
    with pytest.raises(DataError, match=r"^a\.jsonl:1: the row has a chosen and a rejected answer, where b\.jsonl:1"):
        recognise_kind([*plain, *found], "text")


def pair(prompt: str, chosen: str, rejected: str, line: int = 1, **more: Any) -> Record:
    messages, worse = (Message("user", prompt),), Message("assistant", rejected)
    name = f"{content_digest(messages, chosen, worse)}-{line}"
    return Record(name, messages, chosen, "train.jsonl", line, rejected=worse, **more)


def test_repeats_and_sides_that_are_swapped() -> None:
    rows = [
        pair("q", "a", "b", 1),
        pair("q", "a", "c", 2),
        pair("Q ", "a", "b", 3),
        pair("q", "b", "a", 4),
        pair("r", "b", "a", 5),
        pair("q", "b", "c", 6),
    ]
    found = curate(rows)
    assert found.duplicates == [(rows[0], rows[2])]
    assert found.contradictions == [(rows[0], rows[2], rows[3])]


def prompts(count: int, each: int) -> list[Record]:
    """So many pairs for each of so many prompts, no two of which are alike."""
    named = [(number, one) for number in range(count) for one in range(each)]
    return [pair(f"{number * 7919} " * 5, f"a{one}", f"b{one}", line) for line, (number, one) in enumerate(named, 1)]


@given(st.integers(3, 40), st.integers(1, 9), st.integers(0, 99), st.sampled_from(["auto", "random"]))
def test_pairs_of_one_prompt_stand_on_one_side_and_none_is_lost(count: int, each: int, seed: int, by: Any) -> None:
    rows = prompts(count, each)
    parts = split(rows, None, None, Split(by=by), seed, "preferences")
    held = [{record.text for record in part} for part in (parts.train, parts.validation, parts.test)]
    assert all(held)
    assert sum(map(len, held)) == count
    assert parts.left == []
    assert len(parts.train) + len(parts.validation) + len(parts.test) == len(rows)
    # Of equal sizes the nearest number of prompts is taken, and at least one.
    assert abs(len(held[2]) - max(0.2 * count, 1)) <= 0.5 + 1e-9
    assert abs(len(held[1]) - max(0.15 * count, 1)) <= 0.5 + 1e-9


def test_a_prompt_of_the_test_file_leaves_training_with_all_of_its_pairs() -> None:
    rows = prompts(20, 3)
    test = [replace(pair(rows[0].text.upper(), "x", "y"), source="t.jsonl"), pair("999 " * 9, "x", "y")]
    parts = split(rows, None, test, Split(), 0, "preferences")
    assert parts.test == test
    assert {left.record for left in parts.left} == {row.id for row in rows[:3]}
    assert {left.near_to for left in parts.left} == {test[0].id}


def test_one_prompt_for_all_rows_cannot_be_split() -> None:
    with pytest.raises(DataError, match=r"the (validation|test) part is empty; give more rows that differ"):
        split(prompts(1, 50), None, None, Split(), 0, "preferences")


def test_a_pairs_group_goes_before_its_prompt() -> None:
    rows = [replace(row, group=f"g{at % 10}") for at, row in enumerate(prompts(30, 1))]
    parts = split(rows, None, None, Split(), 0, "preferences")
    groups = [{record.group for record in part} for part in (parts.train, parts.validation, parts.test)]
    assert sum(map(len, groups)) == 10


def test_the_card_of_preferences(tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    rows = [{"prompt": f"{n * 7919} " * 5, "chosen": f"a{n}", "rejected": f"b{n}"} for n in range(30)]
    swapped = {"prompt": rows[0]["prompt"], "chosen": "b0", "rejected": "a0"}
    path.write_text(jsonl(*rows, swapped, PLAIN | {"rejected": "Yes."}))
    loaded = load(path, Data(train=path))
    parts = split(loaded.records, None, None, Split(), 0, recognise_kind(loaded.records, "auto"))
    told = card({"train": path}, {"train": loaded}, curate(loaded.records), parts, "preferences")
    assert json.loads(json.dumps(told)) == told
    assert (told["kind"], told["recognised"]) == ("preferences", {"data.type": "jsonl", "data.shape": "pairs"})
    assert told["columns"] == {"input": "prompt", "answer": "chosen", "rejected": "rejected"}
    assert set(told["columns"]) <= set(Columns.model_fields)
    assert told["files"]["train"]["refused"] == 1
    assert told["labels"] == {}
    ((first, second),) = told["contradictions"]
    assert (first["line"], first["answer"], first["rejected"]) == (1, "a0", "b0")
    assert (second["line"], second["answer"], second["rejected"]) == (31, "b0", "a0")


def test_a_sample_of_pairs_is_a_sample() -> None:
    rows = prompts(40, 2)
    taken = sample(rows, 30, 0, "shared", False)
    assert len(taken) == 30
    assert taken == [row for row in rows if row in taken]


def by_hand(row: dict[str, str]) -> tuple[str, str] | None:
    """Both answers of a row of hh-rlhf, cut off at the last speaker; None where it makes no pair."""
    (before, _, chosen), (other, _, rejected) = (
        row[side].rpartition("\n\nAssistant:") for side in ("chosen", "rejected")
    )
    silent = re.search(r"(Human|Assistant):\s*(\Z|(?=\n\n(Human|Assistant):))", row["chosen"] + row["rejected"])
    if silent or before != other or "\n\nHuman:" in chosen + rejected or chosen.split() == rejected.split():
        return None
    return chosen.strip(), rejected.strip()


@pytest.mark.shared
def test_hh_rlhf(shared: Path, tmp_path: Path) -> None:
    """The published file: every row is taken as another reading has it, or refused where that finds no pair."""
    path = tmp_path / "hh.jsonl"
    path.write_bytes(gzip.decompress((shared / "hh-rlhf-harmless" / "test.jsonl.gz").read_bytes()))
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
    loaded = load(path, Data(train=path))
    assert (len(rows), len(loaded.records), len(loaded.refusals)) == (2312, 2303, 9)
    assert Counter(refusal.reason for refusal in loaded.refusals if "prompt" in refusal.reason) == {DIFFERS: 5}
    assert sum(" is empty" in refusal.reason for refusal in loaded.refusals) == 4
    found = {record.line: record for record in loaded.records}
    for line, row in enumerate(rows, 1):
        wanted = by_hand(row)
        taken = (found[line].answer, found[line].rejected.content) if line in found else None  # type: ignore[union-attr]
        assert taken == wanted, line
    assert {message.role for record in loaded.records for message in record.messages} == {"user", "assistant"}
    assert in_kind(loaded.records, recognise_kind(loaded.records, "auto")) == loaded.records

    parts = split(loaded.records, None, None, Split(), 0, "preferences")
    assert len({record.text for record in loaded.records}) == 2301
    held = [{record.text for record in part} for part in (parts.train, parts.validation, parts.test)]
    assert sum(map(len, held)) == len(set.union(*held))
    assert len(parts.test) == pytest.approx(0.2 * 2303, abs=1)
    assert len(parts.train) + len(parts.validation) + len(parts.test) + len(parts.left) == 2303
