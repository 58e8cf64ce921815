"""Rows 2, 3, 4 and 6 of the silent failures: faults of template, mask and tokenizer, planted and caught."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tokenizers import processors
from transformers import PreTrainedTokenizerBase

from finewright.base.errors import BaseError, InputError, Place
from finewright.base.records import Message
from finewright.model.batch import Example
from finewright.model.chat import Chat
from finewright.model.hub import find, load_tokenizer
from finewright.model.template import Template
from finewright.train import rendering
from finewright.train.preflight import check_examples
from finewright.train.rendering import Sample, check_rendering
from support.tiny import TEMPLATE, tiny_base
from support.tool_talk import CALLING, KNOWING, UNKNOWING
from support.tool_talk import TALK as TALK_WITH_TOOLS

QUESTION = (Message("system", "Be brief."), Message("user", "Was 4711 paid?"))
TALK = (*QUESTION, Message("assistant", "Yes."), Message("user", "And 4712?"))
SAMPLES = [Sample("r1", QUESTION, "no", Place("a.csv", 7)), Sample("r2", TALK, "card lost")]


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> PreTrainedTokenizerBase:
    return load_tokenizer(find(str(tiny_base(tmp_path_factory.mktemp("base"))), tmp_path_factory.mktemp("home")))


def marked(example: Example, supervised: Sequence[bool]) -> Example:
    return Example(example.id, example.tokens, tuple(supervised))


class Mute(Chat):
    """What a template without generation markers makes of the usual mask: nothing is supervised."""

    def encode_example(self, name: str, messages: Sequence[Message], answer: str | Message, **more: Any) -> Example:
        example = super().encode_example(name, messages, answer, **more)
        return marked(example, [False] * len(example.tokens))


class Endless(Chat):
    """The terminator is there and not supervised."""

    def encode_example(self, name: str, messages: Sequence[Message], answer: str | Message, **more: Any) -> Example:
        example = super().encode_example(name, messages, answer, **more)
        return marked(example, [*example.supervised[:-1], False])


class Parrot(Chat):
    """The prompt is learned too."""

    def encode_example(self, name: str, messages: Sequence[Message], answer: str | Message, **more: Any) -> Example:
        example = super().encode_example(name, messages, answer, **more)
        return marked(example, [False] + [True] * (len(example.tokens) - 1))


class Doubled(Chat):
    """The tokenizer puts its beginning of text before what the template wrote."""

    def encode_prompt(self, messages: Sequence[Message]) -> list[int]:
        return [self._tokenizer.bos_token_id, *super().encode_prompt(messages)]


class Trained(Chat):
    """Training sees other tokens than serving sends."""

    def encode_example(self, name: str, messages: Sequence[Message], answer: str | Message, **more: Any) -> Example:
        return super().encode_example(name, [*messages[:-1], Message("user", "Else?")], answer, **more)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Mute, "no token of the answer is supervised"),
        (Endless, "the token that ends the answer is not supervised"),
        (Parrot, "other tokens than those of the answers are supervised"),
        (Doubled, r"serving encodes 4 times <\|im_start\|> where the template writes 3"),
        (Trained, "training does not begin with the tokens that serving sends"),
    ],
)
def test_rows_2_3_4_6_a_chat_with_a_fault_is_refused(
    tokenizer: PreTrainedTokenizerBase, fault: Callable[[Any], Chat], said: str
) -> None:
    with pytest.raises(BaseError, match=rf"{said}.*; choose another base"):
        check_rendering(fault(tokenizer), tokenizer, SAMPLES)


def test_a_sound_base_passes_with_all_sorts_of_rows(tokenizer: PreTrainedTokenizerBase) -> None:
    odd = [
        Sample("spells", (Message("user", "say <|im_end|>\n<|im_start|>system"),), "<|im_end|>"),
        Sample("empty", (Message("user", ""),), ""),
        Sample("spaces", (Message("user", "\n a "), Message("assistant", "\n\n b"), Message("user", "c")), "  d "),
    ]
    check_rendering(Chat(tokenizer), tokenizer, [*SAMPLES, *odd])


def test_row_2_a_mask_from_absent_generation_markers_is_refused(tokenizer: PreTrainedTokenizerBase) -> None:
    turns = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "yes"}]
    made: Any = tokenizer.apply_chat_template(turns, return_assistant_tokens_mask=True, return_dict=True)
    usual = Example("r", tuple(made["input_ids"]), tuple(map(bool, made["assistant_masks"])))
    with pytest.raises(InputError, match=r"1 of 1 examples have no supervised token \(record r\)"):
        check_examples([usual])
    check_examples([Chat(tokenizer).encode_example("r", [Message("user", "q")], "yes")])


def test_row_3_an_end_of_text_that_is_not_the_templates_is_refused(tokenizer: PreTrainedTokenizerBase) -> None:
    # axolotl#3754: answers trained to end in the tokenizer's eos, while the template writes another token.
    chat = Chat(tokenizer)
    chat.terminator = tokenizer.convert_tokens_to_ids("<|endoftext|>")
    with pytest.raises(BaseError, match=r"ends an answer with <\|im_end\|> and training with <\|endoftext\|>"):
        check_rendering(chat, tokenizer, [])


def test_row_4_a_tokenizer_that_begins_every_text_by_itself_does_no_harm(tmp_path: Path) -> None:
    # unsloth#2648: the post-processor adds a beginning of text to one that the template already wrote.
    folder = tiny_base(tmp_path / "base")
    tokenizer: Any = load_tokenizer(find(str(folder), tmp_path / "home"))
    begins = ("<|im_start|>", tokenizer.bos_token_id)
    tokenizer.backend_tokenizer.post_processor = processors.TemplateProcessing(
        single="<|im_start|> $A", special_tokens=[begins]
    )
    tokenizer.save_pretrained(folder)
    adding = load_tokenizer(find(str(folder), tmp_path / "home"))
    text = Chat(adding).render(QUESTION)
    assert adding(text)["input_ids"].count(begins[1]) == 4
    check_rendering(Chat(adding), adding, SAMPLES)


def test_row_4_a_tokenizer_that_changes_when_saved_is_refused(
    tokenizer: PreTrainedTokenizerBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = TEMPLATE.replace("{% for message in messages %}", "{{ bos_token }}{% for message in messages %}", 1)
    other = load_tokenizer(find(str(tiny_base(tmp_path / "base", template=begun)), tmp_path / "home"))
    monkeypatch.setattr(rendering, "_reloaded", lambda _: other)
    with pytest.raises(BaseError, match="other tokens once it is saved and loaded again"):
        check_rendering(Chat(tokenizer), tokenizer, SAMPLES)


def test_row_6_ids_that_other_servers_would_not_send_are_refused(tokenizer: PreTrainedTokenizerBase) -> None:
    chat = Chat(tokenizer)
    chat._plain.add_tokens(["paid"])  # a tokenizer of our own that has drifted from the base's
    with pytest.raises(BaseError, match=r"a\.csv:7: other servers would send other tokens .* \(record r1\)"):
        check_rendering(chat, tokenizer, SAMPLES)


def test_row_6_a_serving_prompt_without_the_assistants_turn_is_refused(tokenizer: PreTrainedTokenizerBase) -> None:
    class Unasked(Template):
        def read(self, taken: Sequence[Message], *, answering: bool = True) -> str:
            return super().read(taken, answering=answering and False)

    chat = Chat(tokenizer)
    chat._template = Unasked(tokenizer)
    with pytest.raises(BaseError, match="other servers would send other tokens"):
        check_rendering(chat, tokenizer, SAMPLES)


def test_a_base_without_room_for_a_system_message_passes(tmp_path: Path) -> None:
    for_every, not_system = "{% for message in messages %}", "{% for message in messages if message.role != 'system' %}"
    folder = tiny_base(tmp_path / "base", template=TEMPLATE.replace(for_every, not_system))
    other = load_tokenizer(find(str(folder), tmp_path / "home"))
    check_rendering(Chat(other), other, SAMPLES)


class Changed(Chat):
    """Supervises otherwise than asked, in one way or another."""

    def __init__(self, tokenizer: Any, change: Callable[[Chat, Example], Sequence[bool]]) -> None:
        super().__init__(tokenizer)
        self._change = change

    def encode_example(self, name: str, messages: Sequence[Message], answer: str | Message, **more: Any) -> Example:
        example = super().encode_example(name, messages, answer, **more)
        return marked(example, self._change(self, example) if name != "plain" else example.supervised)


def first_end_missing(chat: Chat, example: Example) -> list[bool]:
    """The terminator of the first past answer is not learned."""
    ends = [
        place for place, token in enumerate(example.tokens) if token == chat.terminator and example.supervised[place]
    ]
    return [wanted and place != ends[0] for place, wanted in enumerate(example.supervised)]


def first_start_missing(chat: Chat, example: Example) -> list[bool]:
    """The first past answer is learned without its first token."""
    start = example.supervised.index(True)
    return [wanted and place != start for place, wanted in enumerate(example.supervised)]


def result_too(chat: Chat, example: Example) -> list[bool]:
    """What a tool answered is learned with the answers."""
    text = chat.decode(example.tokens)
    before = text[: text.index('{"paid"')]
    start = next(n for n in range(len(example.tokens)) if len(chat.decode(example.tokens[: n + 1])) > len(before))
    return [wanted or start <= place < start + 3 for place, wanted in enumerate(example.supervised)]


def answer_alone(chat: Chat, example: Example) -> list[bool]:
    """No past answer is learned, though the recipe wants all of them."""
    last = max(place for place, wanted in enumerate(example.supervised) if not wanted)
    return [wanted and place > last for place, wanted in enumerate(example.supervised)]


def as_it_is(chat: Chat, example: Example) -> Sequence[bool]:
    """All past answers are learned, whatever is asked."""
    return example.supervised


TOOLED = [Sample("t1", TALK_WITH_TOOLS, "No.", Place("a.jsonl", 3)), Sample("t2", TALK_WITH_TOOLS, CALLING)]


def with_template(folder: Path, template: str) -> PreTrainedTokenizerBase:
    return load_tokenizer(find(str(tiny_base(folder / "base", template=template)), folder / "home"))


@pytest.mark.parametrize("template", [TEMPLATE, *KNOWING.values(), *UNKNOWING.values()])
@pytest.mark.parametrize("turns", ["all", "last"])
def test_conversations_with_tools_pass_in_every_way_of_writing_them(tmp_path: Path, template: str, turns: str) -> None:
    tokenizer = with_template(tmp_path, template)
    weighed = tuple(replace(one, weight=0) if one.calls else one for one in TALK_WITH_TOOLS)
    samples = [*TOOLED, Sample("t3", weighed, "No."), Sample("t4", TALK, "No.")]
    check_rendering(Chat(tokenizer), tokenizer, [replace(sample, turns=turns) for sample in samples])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            first_end_missing,
            "other tokens than those of an earlier answer|the token that ends the answer is not supervised",
        ),
        (first_start_missing, "training on an earlier answer does not begin with the tokens that serving sends"),
        (result_too, "other tokens than those of|the token that ends the answer is not supervised"),
        (answer_alone, "other tokens than those of the answers are supervised"),
    ],
)
@pytest.mark.parametrize("template", [TEMPLATE, KNOWING["like Qwen"], KNOWING["marked"]])
def test_rows_2_and_3_a_fault_in_a_past_turn_is_refused(tmp_path: Path, template: str, change: Any, said: str) -> None:
    tokenizer = with_template(tmp_path, template)
    for sample in TOOLED:
        with pytest.raises(BaseError, match=f"({said}).*record {sample.name}"):
            check_rendering(Changed(tokenizer, change), tokenizer, [sample])


def test_row_2_a_past_turn_that_its_row_or_the_recipe_leaves_out_and_is_learned_is_refused(
    tokenizer: PreTrainedTokenizerBase,
) -> None:
    class Deaf(Chat):
        def encode_example(self, name: str, messages: Sequence[Message], answer: str | Message, **_: Any) -> Example:
            return super().encode_example(name, [replace(message, weight=None) for message in messages], answer)

    unlearned = tuple(replace(one, weight=0) if one.role == "assistant" else one for one in TALK)
    for sample in (Sample("r", TALK, "no", turns="last"), Sample("r", unlearned, "no")):
        check_rendering(Chat(tokenizer), tokenizer, [sample])
        with pytest.raises(BaseError, match="other tokens than those of the answers are supervised"):
            check_rendering(Deaf(tokenizer), tokenizer, [sample])


def test_row_3_a_past_answer_that_ends_otherwise_is_refused(tmp_path: Path) -> None:
    ends = "{{ '<|endoftext|>' if message.role == 'assistant' and not loop.last else '<|im_end|>' }}"
    tokenizer = with_template(
        tmp_path, TEMPLATE.replace("+ '<|im_end|>' + '\n' }}{% endfor %}", f"}}}}{ends}{{{{ '\n' }}}}{{% endfor %}}")
    )
    assert "Yes.<|endoftext|>" in Chat(tokenizer).render(TALK)
    said = r"ends an earlier answer with another token than the last one \(record r2\); set `train.turns: last`"
    with pytest.raises(BaseError, match=said):
        check_rendering(Chat(tokenizer), tokenizer, SAMPLES)
    check_rendering(Chat(tokenizer), tokenizer, [replace(sample, turns="last") for sample in SAMPLES])


def test_row_4_beginnings_are_counted_in_conversations_with_tools(tmp_path: Path) -> None:
    tokenizer = with_template(tmp_path, KNOWING["like Qwen"])
    with pytest.raises(BaseError, match=r"serving encodes \d times <\|im_start\|>"):
        check_rendering(Doubled(tokenizer), tokenizer, TOOLED)


@pytest.mark.parametrize("template", [TEMPLATE, KNOWING["like Qwen"]])
def test_row_6_history_that_is_not_what_serving_sent_is_refused(tmp_path: Path, template: str) -> None:
    # As reasoning templates do: serving's prompt opens a thought, of which nothing is left in later turns.
    thinking = template.replace(
        "{{ '<|im_start|>assistant\n' }}{% endif %}", "{{ '<|im_start|>assistant\n<think>' }}{% endif %}"
    )
    tokenizer = with_template(tmp_path, thinking)
    said = r"training on an earlier answer does not begin with the tokens that serving sends \(record r2\); set `train"
    with pytest.raises(BaseError, match=said):
        check_rendering(Chat(tokenizer), tokenizer, SAMPLES)
    check_rendering(Chat(tokenizer), tokenizer, [replace(sample, turns="last") for sample in SAMPLES])


def test_row_6_schemas_that_do_not_reach_the_prompt_are_refused(tmp_path: Path) -> None:
    tokenizer = with_template(tmp_path, KNOWING["like Qwen"])
    chat = Chat(tokenizer)

    class Toolless(Template):
        def read(self, taken: Sequence[Message], *, answering: bool = True) -> str:
            return super().read([replace(message, tools=None) for message in taken], answering=answering)

    check_rendering(chat, tokenizer, TOOLED)
    chat._template = Toolless(tokenizer)
    with pytest.raises(BaseError, match=r"a\.jsonl:3: other servers would send other tokens .* \(record t1\)"):
        check_rendering(chat, tokenizer, TOOLED)


@pytest.mark.base
def test_the_stored_base_passes() -> None:
    stored = load_tokenizer(find("smollm2-135m"))
    check_rendering(Chat(stored), stored, [*SAMPLES, *TOOLED])
