"""OpenAI chats with tools and weights, ShareGPT and Alpaca: read whole, or refused with row and key at fault."""

import json
from typing import Any

import pytest

from finewright.base.errors import DataError
from finewright.base.records import Message, ToolCall
from finewright.data.identity import content_digest, numbering
from finewright.data.inputs import compared
from finewright.data.kind import recognise_kind

SCHEMA = {"name": "find", "parameters": {"type": "object", "properties": {"number": {"type": "integer"}}}}
TOOLS = [{"type": "function", "function": SCHEMA}]
CALL = {"id": "a1", "type": "function", "function": {"name": "find", "arguments": '{"number": 4711,  "by": "id"}'}}
OTHER = {"id": "a2", "type": "function", "function": {"name": "find", "arguments": {"number": 4712}}}
FIND, AGAIN = ToolCall("find", '{"number": 4711, "by": "id"}', "a1"), ToolCall("find", '{"number": 4712}', "a2")


def jsonl(*rows: object) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def turn(role: str, content: str | None, **more: Any) -> dict[str, Any]:
    return {"role": role, "content": content, **more}


def said(speaker: str, value: Any, **more: Any) -> dict[str, Any]:
    return {"from": speaker, "value": value, **more}


ASKED = turn("user", "Was 4711 paid?")
CALLED = turn("assistant", None, tool_calls=[CALL])
FOUND = turn("tool", '{"paid": true}', tool_call_id="a1", name="find")
TALK = [turn("system", "Be brief."), ASKED, CALLED, FOUND, turn("assistant", " Yes. ")]


def test_a_chat_with_tools_keeps_calls_results_and_schemas(read) -> None:
    loaded = read("a.jsonl", jsonl({"messages": TALK, "tools": TOOLS}))
    (record,) = loaded.records
    assert loaded.recognised.said == (
        "a.jsonl is JSON lines of chats: the last assistant turn of 'messages' is the answer, the tools are 'tools'."
    )
    assert record.messages == (
        Message("system", "Be brief."),
        Message("user", "Was 4711 paid?", tools=json.dumps(TOOLS)),
        Message("assistant", "", (FIND,)),
        Message("tool", '{"paid": true}', name="find", call_id="a1"),
    )
    assert (record.answer, record.reply) == ("Yes.", None)
    assert '<tool_call>{"name": "find", "arguments": {"number": 4711, "by": "id"}}</tool_call>' in record.text


def test_an_answer_that_is_a_call_is_its_plain_text_and_no_label(read) -> None:
    loaded = read("a.jsonl", jsonl(*[{"messages": [ASKED, CALLED]}] * 6))
    record = loaded.records[0]
    assert record.answer == '<tool_call>{"name": "find", "arguments": {"number": 4711, "by": "id"}}</tool_call>'
    assert record.turn == record.reply == Message("assistant", "", (FIND,))
    assert recognise_kind(loaded.records, "auto") == "text"


def test_a_text_beside_calls_is_kept(read) -> None:
    both = turn("assistant", "Let me look.", tool_calls=[CALL, OTHER])
    (record,) = read("a.jsonl", jsonl({"messages": [ASKED, both]})).records
    assert record.reply == Message("assistant", "Let me look.", (FIND, AGAIN))
    assert record.answer.split("\n")[0] == "Let me look."
    assert record.answer.count("<tool_call>") == 2


@pytest.mark.parametrize("tools", [TOOLS, [SCHEMA], json.dumps(TOOLS), json.dumps([SCHEMA])])
def test_schemas_come_in_several_forms_and_become_one(read, tools: Any) -> None:
    (record,) = read("a.jsonl", jsonl({"messages": TALK, "tools": tools})).records
    assert record.messages[1].tools == json.dumps(TOOLS)


@pytest.mark.parametrize("tools", [None, "", "  ", []])
def test_a_row_without_schemas_has_none(read, tools: Any) -> None:
    rows = [{"messages": TALK, "tools": tools}, {"messages": TALK, "tools": TOOLS}]
    first, second = read("a.jsonl", jsonl(*rows)).records
    assert (first.messages[1].tools, second.messages[1].tools) == (None, json.dumps(TOOLS))


def test_keys_keep_the_order_that_templates_will_write_them_in(read) -> None:
    arguments = {"z": 1, "a": {"y": 2, "b": "ü"}}
    row = {"messages": [ASKED, turn("assistant", None, tool_calls=[{"name": "f", "arguments": arguments}])]}
    (record,) = read("a.jsonl", jsonl(row)).records
    assert record.turn.calls[0].arguments == '{"z": 1, "a": {"y": 2, "b": "ü"}}'


def test_results_stand_in_the_order_of_their_calls(read) -> None:
    both = turn("assistant", None, tool_calls=[CALL, OTHER])
    results = [turn("tool", "second", tool_call_id="a2"), turn("tool", "first", tool_call_id="a1")]
    (record,) = read("a.jsonl", jsonl({"messages": [ASKED, both, *results, turn("assistant", "x")]})).records
    assert [message.content for message in record.messages[2:]] == ["first", "second"]


def test_what_tools_are_on_offer_and_called_tells_inputs_apart(read) -> None:
    other = [SCHEMA | {"name": "pay", "description": "Pays whatever is asked of it at once."}]
    rows = [{"messages": TALK, "tools": TOOLS}, {"messages": TALK, "tools": other}, {"messages": TALK}]
    rows.append(
        {"messages": [*TALK[:2], turn("assistant", None, tool_calls=[CALL | {"function": {"name": "pay"}}]), *TALK[3:]]}
    )
    inputs = [compared(record) for record in read("a.jsonl", jsonl(*rows)).records]
    assert len(set(inputs)) == 4
    assert len({one.turns for one in inputs[:3]}) == 1


WEIGHED = [ASKED, turn("assistant", "one"), turn("user", "u2"), turn("assistant", "two")]


def weighed(first: Any, last: Any) -> list[dict[str, Any]]:
    return [ASKED, WEIGHED[1] | {"weight": first}, WEIGHED[2], WEIGHED[3] | {"weight": last}]


@pytest.mark.parametrize(
    ("weights", "kept"), [((None, None), None), ((1, 1), 1), ((0, 1), 0), ((0, None), 0), ((1.0, True), 1)]
)
def test_a_turns_weight_is_kept(read, weights: tuple[Any, Any], kept: int | None) -> None:
    (record,) = read("a.jsonl", jsonl({"messages": weighed(*weights)})).records
    assert record.answer == "two"
    assert [message.weight for message in record.messages] == [None, kept, None]


@pytest.mark.parametrize("first", [None, 1])
def test_turns_behind_the_last_learned_one_are_left_off(read, first: int | None) -> None:
    (record,) = read("a.jsonl", jsonl({"messages": weighed(first, 0)})).records
    assert (record.messages, record.answer) == ((Message("user", "Was 4711 paid?"),), "one")


@pytest.mark.parametrize("key", ["weight", "train", "loss"])
def test_sharegpt_says_what_is_learned_in_several_ways(read, key: str) -> None:
    turns = [said("human", "u1"), said("gpt", "one", **{key: False}), said("human", "u2"), said("gpt", "two")]
    (record,) = read("a.jsonl", jsonl({"conversations": turns})).records
    assert [message.weight for message in record.messages] == [None, 0, None]


def test_sharegpt_becomes_the_same_records_as_openais_chats(read) -> None:
    turns = [
        said("human", "Was 4711 paid?"),
        said("function_call", json.dumps({"name": "find", "arguments": {"number": 4711, "by": "id"}})),
        said("observation", '{"paid": true}'),
        said("gpt", "Yes."),
        said("user", "And 4712?"),
        said("function_call", json.dumps([{"name": "find", "arguments": {"number": 4712}}])),
        said("tool", "{}"),
        said("assistant", "No."),
    ]
    row = {"conversations": turns, "system": "Be brief.", "tools": json.dumps([SCHEMA])}
    loaded = read("a.json", json.dumps([row]))
    (record,) = loaded.records
    assert (loaded.recognised.shape, loaded.recognised.type) == ("sharegpt", "json")
    assert loaded.recognised.said == (
        "a.json is JSON of ShareGPT chats: the last assistant turn of 'conversations' is the answer, "
        "the system message is 'system', the tools are 'tools'."
    )
    assert record.messages == (
        Message("system", "Be brief."),
        Message("user", "Was 4711 paid?", tools=json.dumps(TOOLS)),
        Message("assistant", "", (ToolCall("find", '{"number": 4711, "by": "id"}'),)),
        Message("tool", '{"paid": true}'),
        Message("assistant", "Yes."),
        Message("user", "And 4712?"),
        Message("assistant", "", (ToolCall("find", '{"number": 4712}'),)),
        Message("tool", "{}"),
    )
    assert record.answer == "No."


@pytest.mark.parametrize(
    ("row", "shape"),
    [
        ({"messages": [ASKED, turn("assistant", "a")]}, "chat"),
        ({"conversations": [ASKED, turn("assistant", "a")]}, "chat"),
        ({"conversations": [said("human", "u"), said("gpt", "a")]}, "sharegpt"),
        ({"messages": [said("human", "u"), said("gpt", "a")], "id": "x"}, "sharegpt"),
        ({"instruction": "i", "input": "", "output": "o"}, "alpaca"),
        ({"Instruction": "i", "Input": "j", "Output": "o", "system": "s"}, "alpaca"),
        ({"instruction": "i", "output": "o"}, "prompt"),
    ],
)
def test_the_shape_is_recognised_by_columns_and_keys(read, row: dict[str, Any], shape: str) -> None:
    for name, content in (("a.jsonl", jsonl(row, row)), ("a.json", json.dumps([row, row]))):
        loaded = read(name, content)
        assert (loaded.recognised.shape, len(loaded.records), loaded.refusals) == (shape, 2, [])


def test_alpaca_puts_an_input_below_its_instruction(read) -> None:
    rows = [
        {"instruction": "Shorten it.", "input": "A long text.", "output": " Text. ", "system": "Be brief."},
        {"instruction": "Say hello.", "input": "", "output": "Hello.", "system": ""},
        {"instruction": "Say goodbye.", "output": "Goodbye."},
    ]
    loaded = read("a.jsonl", jsonl(*rows))
    assert loaded.recognised.said == (
        "a.jsonl is JSON lines of instructions: the prompt is 'instruction' with 'input' below it, "
        "the answer is 'output', the system message is 'system'."
    )
    assert [(record.messages, record.answer) for record in loaded.records] == [
        ((Message("system", "Be brief."), Message("user", "Shorten it.\n\nA long text.")), "Text."),
        ((Message("user", "Say hello."),), "Hello."),
        ((Message("user", "Say goodbye."),), "Goodbye."),
    ]


def test_the_recipe_names_what_alpaca_calls_otherwise(read) -> None:
    row = {"instruction": "i", "context": "c", "response": "r"}
    loaded = read("a.jsonl", jsonl(row), shape="alpaca", columns={"input": "context"})
    assert [(record.text, record.answer) for record in loaded.records] == [("i\n\nc", "r")]
    with pytest.raises(DataError, match="has a usual name for the instruction"):
        read("a.jsonl", jsonl({"prompt": "i", "output": "o"}), shape="alpaca")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"instruction": " ", "input": "j", "output": "o"}, "the instruction is empty"),
        ({"instruction": "i", "input": "j", "output": ""}, "the output is empty"),
        ({"instruction": "i", "input": "j"}, "the row has no 'output'"),
        (
            {"instruction": "i", "input": "", "output": "o", "history": [["a", "b"]]},
            "the row has a 'history', which is not supported",
        ),
    ],
)
def test_alpaca_rows_that_cannot_be_used(read, row: dict[str, Any], reason: str) -> None:
    loaded = read("a.jsonl", jsonl({"instruction": "i", "input": "", "output": "o"}, row))
    (refused,) = loaded.refusals
    assert (refused.line, refused.reason) == (2, reason)
    assert refused.remedy


def called(call: Any, **more: Any) -> list[dict[str, Any]]:
    return [ASKED, turn("assistant", None, tool_calls=call, **more)]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"messages": called("find")}, "the tool calls of message 2 are not a list"),
        ({"messages": called([{"id": 1}])}, "call 1 of message 2 names no function"),
        (
            {"messages": called([CALL | {"function": {"name": "find", "arguments": "4711"}}])},
            "the arguments of call 1 of message 2 are not a JSON object",
        ),
        (
            {"messages": called([CALL | {"function": {"name": "find", "arguments": "{no"}}])},
            "the arguments of call 1 of message 2 are not a JSON object",
        ),
        (
            {"messages": called([CALL | {"function": {"name": "f", "arguments": {"a": "\ud83d"}}}])},
            "the call 1 of message 2 contains half a character (a lone surrogate)",
        ),
        (
            {"messages": [turn("user", "u", tool_calls=[CALL]), turn("assistant", "a")]},
            "message 1 is by 'user' and has 'tool_calls'",
        ),
        ({"messages": [ASKED, turn("assistant", None)]}, "the content of message 2 is empty"),
        (
            {"messages": [ASKED, turn("assistant", None, function_call={"name": "f"})]},
            "message 2 has 'function_call', which is not supported",
        ),
        (
            {"messages": [ASKED, turn("assistant", "a", reasoning_content="so")]},
            "message 2 has 'reasoning_content', which is not supported",
        ),
        ({"messages": [ASKED, FOUND, turn("assistant", "a")]}, "a message by 'tool' follows none by 'assistant'"),
        ({"messages": [FOUND, ASKED, turn("assistant", "a")]}, "a message by 'tool' follows none by 'assistant'"),
        ({"messages": [ASKED, CALLED, FOUND]}, "the last message is by 'tool'"),
        (
            {"messages": [ASKED, CALLED, FOUND | {"tool_call_id": "b"}, turn("assistant", "a")]},
            "a tool message answers the call 'b', which the turn before it did not make",
        ),
        ({"messages": TALK, "tools": "none"}, "'tools' is not a list of function schemas"),
        ({"messages": TALK, "tools": [{"type": "function"}]}, "schema 1 of 'tools' names no function"),
        ({"messages": weighed(0, 0)}, "every assistant message has weight 0, so there is nothing to learn"),
        ({"messages": weighed(0.5, 1)}, "the weight of message 2 is neither 0 nor 1"),
        ({"messages": weighed("no", 1)}, "the weight of message 2 is neither 0 nor 1"),
        (
            {"messages": [ASKED, WEIGHED[1] | {"weight": 1, "train": False}]},
            "message 2 has weight and train that contradict",
        ),
        ({"messages": [ASKED | {"weight": 1}, *WEIGHED[1:]]}, "message 1 is by 'user' and has weight 1"),
        (
            {"messages": [turn("assistant", "Hello."), ASKED, turn("assistant", "a", weight=0)]},
            "no user speaks before the last message that is learned",
        ),
    ],
)
def test_chats_with_tools_or_weights_that_cannot_be_used(read, row: dict[str, Any], reason: str) -> None:
    loaded = read("a.jsonl", jsonl({"messages": TALK, "tools": TOOLS}, row))
    (refused,) = loaded.refusals
    assert (refused.line, refused.reason) == (2, reason)
    assert refused.remedy


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"conversations": [{"value": "u"}]}, "message 1 has no 'from'"),
        ({"conversations": [said("robot", "u")]}, "message 1 is from 'robot'"),
        ({"conversations": [said("human", None)]}, "message 1 has no text under 'value'"),
        ({"conversations": [said("human", " "), said("gpt", "a")]}, "the content of message 1 is empty"),
        (
            {"conversations": [said("human", "u"), said("function_call", "find()")]},
            "the tool calls of message 2 are not a list",
        ),
        ({"conversations": [said("human", "u")]}, "the last message is by 'user'"),
        ({"conversations": "u"}, "'conversations' is not a list of messages"),
        (
            {"conversations": [said("system", "s"), said("human", "u"), said("gpt", "a")], "system": "t"},
            "the row has a system message and 'system'",
        ),
    ],
)
def test_sharegpt_rows_that_cannot_be_used(read, row: dict[str, Any], reason: str) -> None:
    loaded = read("a.jsonl", jsonl({"conversations": [said("human", "u"), said("gpt", "a")], "system": ""}, row))
    (refused,) = loaded.refusals
    assert (refused.line, refused.reason) == (2, reason)
    assert refused.remedy


def test_ids_of_rows_without_tools_and_weights_are_what_they_always_were() -> None:
    """Runs are resumed and rows are ordered by these: the digest must never change."""
    messages = (
        Message("system", "Be brief."),
        Message("user", "Wo ist sie?"),
        Message("assistant", "Hier."),
        Message("user", "ü"),
    )
    assert content_digest(messages, "ja") == "d5dce50622f19f84"


def test_ids_tell_apart_all_that_a_turn_can_have() -> None:
    plain = Message("assistant", "a")
    variants = [
        plain,
        Message("assistant", "a", (FIND,)),
        Message("assistant", "a", (AGAIN,)),
        Message("assistant", "a", name="n"),
        Message("assistant", "a", call_id="n"),
        Message("assistant", "a", tools="[]"),
        Message("assistant", "a", weight=0),
        Message("assistant", "a", weight=1),
    ]
    assert len({content_digest([one], "x") for one in variants}) == len(variants)
    identify, call = numbering(), Message("assistant", "", (FIND,))
    assert identify([plain], call) != identify([plain], call.text)
