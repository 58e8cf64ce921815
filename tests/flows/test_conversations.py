"""Conversations through `prepare` and into examples: what is learned, compared and cut of rows with tools and turns."""

import json
from pathlib import Path
from typing import Any

import pytest

from finewright.base.errors import InputError
from finewright.base.recipe_file import read_recipe
from finewright.base.records import Message
from finewright.flows.derived import derived
from finewright.flows.examples import prompt_of
from finewright.flows.prepare import Prepared, prepare
from finewright.flows.tune import examples_of
from finewright.flows.verify import check_conversations
from finewright.model.batch import Example
from support.tiny import TEMPLATE, tiny_base
from support.tool_talk import KNOWING

SCHEMA = {"type": "function", "function": {"name": "find", "parameters": {"type": "object"}}}
WORDS = ["bill", "parcel", "login", "invoice", "truck", "reset", "amount", "dock", "lock", "due"]


def call(number: int) -> dict[str, Any]:
    arguments = json.dumps({"number": number})
    return {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"function": {"name": "find", "arguments": arguments}}],
    }


def row(number: int, *, long: int = 0, system: str = "") -> dict[str, Any]:
    """Odd rows end with a call, even ones with a text behind one."""
    asked = {"role": "user", "content": f"case {number}: is the {WORDS[number % 10]} {number * 7919} settled?"}
    found = {"role": "tool", "content": f"state {number * 31} " + "and so on " * long}
    told = {"role": "assistant", "content": f"It is state {number * 31}."}
    opening = [{"role": "system", "content": system}] if system else []
    more = [{"role": "user", "content": f"And the {WORDS[number % 7]} {number * 104729}?"}, call(number + 1)]
    turns = [*opening, asked, call(number), found, told, *(more if number % 2 else [])]
    return {"messages": turns, "tools": [SCHEMA]}


def prepared(folder: Path, template: str, rows: list[Any], train: str = "epochs: 1", data: str = "") -> Prepared:
    base = tiny_base(folder / "base", template=template, context=512)
    (folder / "talk.jsonl").write_text("".join(json.dumps(one) + "\n" for one in rows))
    recipe = folder / "talk.yaml"
    recipe.write_text(
        f"base: {base}\ndata: {{train: talk.jsonl{data}}}\nsplit: {{near: 1.0}}\ntrain: {{threads: 1, {train}}}\n"
    )
    return prepare(read_recipe(recipe))


def learnt(made: Prepared, example: Example) -> list[str]:
    pairs = zip(example.tokens, example.supervised, strict=True)
    return made.chat.decode([token for token, wanted in pairs if wanted]).split("<|im_end|>")[:-1]


@pytest.mark.parametrize(
    ("template", "written"),
    [
        (TEMPLATE, '<tool_call>{{"name": "find", "arguments": {{"number": {}}}}}</tool_call>'),
        (KNOWING["like Qwen"], '<tool_call>\n{{"name": "find", "arguments": {{"number": {}}}}}\n</tool_call>'),
        (KNOWING["marked"], '<|endoftext|>find{{"number": {}}}'),
    ],
)
@pytest.mark.parametrize("turns", ["all", "last"])
def test_rows_with_tools_are_learned_and_compared_as_the_base_writes_them(
    tmp_path: Path, template: str, written: str, turns: str
) -> None:
    made = prepared(tmp_path, template, [row(number) for number in range(40)], f"turns: {turns}")
    check_conversations(made)
    assert made.task.kind == "text"
    for record, example in zip(made.learning, examples_of(made, made.learning), strict=True):
        number = int(record.messages[0].content.split(":")[0].removeprefix("case "))
        told = f"It is state {number * 31}."
        answers = [written.format(number), told, *([written.format(number + 1)] if number % 2 else [])]
        assert record.answer == answers[-1]
        assert learnt(made, example) == (answers if turns == "all" else answers[-1:])
        assert '"name": "find"' in made.chat.decode(made.chat.encode_prompt(prompt_of(made.recipe, made.task, record)))


@pytest.mark.parametrize("system", ["", "Be brief."])
def test_truncation_keeps_every_answer_and_the_rows_own_system_message(tmp_path: Path, system: str) -> None:
    rows = [row(number, long=60 if number < 8 else 0, system=system) for number in range(40)]
    made = prepared(tmp_path, TEMPLATE, rows, "epochs: 1, max_length: 420", ", too_long: truncate")
    over = {line for _, line, _ in made.fitting.over}
    assert over == set(range(1, 9))
    for part in (made.parts.train, made.parts.validation, made.parts.test):
        for record, example in zip(part, examples_of(made, tuple(part)), strict=True):
            assert len(example.tokens) <= 420
            whole = rows[record.line - 1]["messages"]
            spoken = [one["content"] for one in whole if one["role"] == "assistant" and one["content"]]
            assert [one for one in learnt(made, example) if "tool_call" not in one] == spoken
            assert (record.messages[0] == Message("system", system)) == bool(system)
            cut = next(one.content for one in record.messages if one.role == "tool")
            full = next(one["content"] for one in whole if one["role"] == "tool")
            assert full.startswith(cut)
            assert (cut != full) == (record.line in over)


@pytest.mark.parametrize(("number", "turn"), [(4, 1), (5, 5)])
def test_a_row_that_the_template_does_not_take_is_named(tmp_path: Path, number: int, turn: int) -> None:
    rows = [row(number) for number in range(40)]
    rows[number]["messages"][turn]["tool_calls"] *= 2
    said = rf"talk\.jsonl:{number + 1}: .* does not take this conversation \(one call at a time\)"
    with pytest.raises(InputError, match=said):
        prepared(tmp_path, KNOWING["like Llama"], rows)


def test_columns_without_a_key_are_no_settings_of_the_resolved_recipe(tmp_path: Path) -> None:
    rows = [row(number) | {"system": ""} for number in range(40)]
    made = prepared(tmp_path, TEMPLATE, rows)
    assert made.card["columns"] == {"input": "messages", "system": "system", "tools": "tools"}
    found = {key: value for key, (value, _) in derived(made, 256).items() if key.startswith("data.")}
    assert found == {"data.columns.input": "messages", "data.type": "jsonl", "data.shape": "chat"}
