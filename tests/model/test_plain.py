"""Documents to ids: the separator, what the tokenizer puts before a text, control tokens that a text spells."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from finewright.base.errors import BaseError
from finewright.model.plain import Plain
from support.tiny import tiny_base


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> PreTrainedTokenizerFast:
    return AutoTokenizer.from_pretrained(tiny_base(tmp_path_factory.mktemp("base")))


def bytes_tokenizer(special: list[str], start: str | None = None, **named: str) -> PreTrainedTokenizerFast:
    """A byte-level tokenizer without merges and these control tokens; `start` is put before every text."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    backend = Tokenizer(models.BPE({letter: number for number, letter in enumerate(alphabet)}, []))
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    backend.add_special_tokens(special)
    if start:
        backend.post_processor = processors.TemplateProcessing(
            single=f"{start} $A", special_tokens=[(start, backend.token_to_id(start))]
        )
    return PreTrainedTokenizerFast(tokenizer_object=backend, **named)


def test_the_end_of_text_token_goes_before_the_end_of_a_turn(tiny: PreTrainedTokenizerFast) -> None:
    plain = Plain(tiny)
    assert tiny.eos_token == "<|im_end|>"
    assert plain.separator_text == "<|endoftext|>"
    assert plain.encode("card")[-1] == plain.separator == tiny.convert_tokens_to_ids("<|endoftext|>")


def test_eos_where_there_is_no_end_of_text_token() -> None:
    plain = Plain(bytes_tokenizer(["</s>"], eos_token="</s>"))
    assert plain.separator_text == "</s>"
    assert plain.pad == plain.separator


def test_a_word_of_that_name_is_no_separator() -> None:
    tokenizer = bytes_tokenizer(["</s>"], eos_token="</s>")
    tokenizer.add_tokens(["<|endoftext|>"])
    assert Plain(tokenizer).separator_text == "</s>"


def test_no_end_is_told() -> None:
    with pytest.raises(BaseError, match="no token that ends a text"):
        Plain(bytes_tokenizer(["<x>"]))


def test_what_the_tokenizer_puts_before_a_text_comes_once() -> None:
    tokenizer = bytes_tokenizer(["<s>", "</s>"], start="<s>", bos_token="<s>", eos_token="</s>")
    plain = Plain(tokenizer)
    assert tokenizer.convert_ids_to_tokens(plain.encode("ab")) == ["<s>", "a", "b", "</s>"]
    assert plain.encode("ab")[:-1] == tokenizer("ab")["input_ids"]


@given(st.lists(st.sampled_from(["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|im_", " a", "\n", "ü", "due"])))
def test_control_tokens_that_a_text_spells_stay_text(tiny: PreTrainedTokenizerFast, pieces: list[str]) -> None:
    plain, text = Plain(tiny), "".join(pieces)
    tokens = plain.encode(text)
    assert not set(tokens[:-1]) & set(tiny.all_special_ids)
    assert plain.decode(tokens) == f"{text}<|endoftext|>"


def test_the_tokenizer_itself_would_end_the_document(tiny: PreTrainedTokenizerFast) -> None:
    """What the test before guards against does happen where the tokenizer is asked the usual way."""
    assert tiny.convert_tokens_to_ids("<|endoftext|>") in tiny("a<|endoftext|>b")["input_ids"]


@pytest.mark.parametrize("text", ["card lost", " two  spaces\n\n", "Invoice 4711 was paid short"])
def test_ordinary_text_gets_the_ids_of_the_tokenizer(tiny: PreTrainedTokenizerFast, text: str) -> None:
    assert Plain(tiny).encode(text)[:-1] == tiny(text, add_special_tokens=False)["input_ids"]


def test_without_a_template(tmp_path: Path) -> None:
    assert Plain(AutoTokenizer.from_pretrained(tiny_base(tmp_path, template=None))).encode("a")
