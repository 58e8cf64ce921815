"""Rows 2, 3, 4 and 6 of the silent failures: faults of template, mask and tokenizer, planted and caught."""

from collections.abc import Callable, Sequence
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
from finewright.train import rendering
from finewright.train.preflight import check_examples
from finewright.train.rendering import Sample, check_rendering
from support.tiny import TEMPLATE, tiny_base

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

    def encode_example(self, name: str, messages: Sequence[Message], answer: str) -> Example:
        example = super().encode_example(name, messages, answer)
        return marked(example, [False] * len(example.tokens))


class Endless(Chat):
    """The terminator is there and not supervised."""

    def encode_example(self, name: str, messages: Sequence[Message], answer: str) -> Example:
        example = super().encode_example(name, messages, answer)
        return marked(example, [*example.supervised[:-1], False])


class Parrot(Chat):
    """The prompt is learned too."""

    def encode_example(self, name: str, messages: Sequence[Message], answer: str) -> Example:
        example = super().encode_example(name, messages, answer)
        return marked(example, [False] + [True] * (len(example.tokens) - 1))


class Doubled(Chat):
    """The tokenizer puts its beginning of text before what the template wrote."""

    def encode_prompt(self, messages: Sequence[Message]) -> list[int]:
        return [self._tokenizer.bos_token_id, *super().encode_prompt(messages)]


class Trained(Chat):
    """Training sees other tokens than serving sends."""

    def encode_example(self, name: str, messages: Sequence[Message], answer: str) -> Example:
        return super().encode_example(name, [*messages[:-1], Message("user", "Else?")], answer)


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
    class Unasked(Chat):
        def _rendered(self, messages: Sequence[Message], answering: bool) -> str:
            return super()._rendered(messages, answering and False)

    with pytest.raises(BaseError, match="other servers would send other tokens"):
        check_rendering(Unasked(tokenizer), tokenizer, SAMPLES)


def test_a_base_without_room_for_a_system_message_passes(tmp_path: Path) -> None:
    for_every, not_system = "{% for message in messages %}", "{% for message in messages if message.role != 'system' %}"
    folder = tiny_base(tmp_path / "base", template=TEMPLATE.replace(for_every, not_system))
    other = load_tokenizer(find(str(folder), tmp_path / "home"))
    check_rendering(Chat(other), other, SAMPLES)


@pytest.mark.base
def test_the_stored_base_passes() -> None:
    stored = load_tokenizer(find("smollm2-135m"))
    check_rendering(Chat(stored), stored, SAMPLES)
