"""Conversations with their answers as a reward head reads them: framed as the base was pretrained, cut without loss."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoTokenizer

from finewright.base.errors import BaseError, InputError
from finewright.base.records import Message
from finewright.model.chat import Chat
from finewright.model.exchange import Exchanges
from finewright.model.hub import Base, find
from support.tiny import tiny_base, tiny_encoder

TALK = (
    Message("system", "You are a tiny assistant"),
    Message("user", "card lost"),
    Message("assistant", "refund not showing up"),
    Message("user", "Invoice 4711 was paid short"),
)
ANSWER = "two boxes were damaged in transit"


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Base]:
    folder = tmp_path_factory.mktemp("bases")
    made = {"encoder": tiny_encoder(folder / "encoder"), "decoder": tiny_base(folder / "decoder")}
    return {kind: find(str(place)) for kind, place in made.items()}


def own(base: Base, longest: int, answer: str = ANSWER) -> tuple[int, ...]:
    """What the head reads; the stand-in behind it is not part of it."""
    example = Exchanges.of(base, longest).read("one", TALK, answer).example
    assert example.supervised == (False,) * (len(example.tokens) - 1) + (True,)
    return example.tokens[:-1]


def test_an_encoder_reads_a_line_for_each_turn(bases: dict[str, Base]) -> None:
    tokenizer = AutoTokenizer.from_pretrained(bases["encoder"].folder)
    lines = [f"{message.role}: {message.content}" for message in (*TALK, Message("assistant", ANSWER))]
    assert list(own(bases["encoder"], 500)) == tokenizer("\n".join(lines))["input_ids"]


def test_a_decoder_reads_its_chat_template(bases: dict[str, Base]) -> None:
    chat = Chat(AutoTokenizer.from_pretrained(bases["decoder"].folder))
    assert list(own(bases["decoder"], 500)) == chat.encode_prompt(TALK) + chat.encode_answer(ANSWER)


@given(prompt=st.integers(0, 12), answer=st.integers(1, 12), longest=st.integers(3, 30))
def test_the_conversations_beginning_gives_way_and_then_the_answers_end(prompt: int, answer: int, longest: int) -> None:
    asked, said = list(range(100, 100 + prompt)), list(range(200, 200 + answer))
    exchange = Exchanges(lambda messages, turn: (asked, said), ((1,), (2,)), longest).read("one", (), "?")
    before, *middle, behind = exchange.example.tokens[:-1]
    recent, kept = [one for one in middle if one < 200], [one for one in middle if one >= 200]
    assert (before, behind, middle) == (1, 2, recent + kept)
    assert kept
    assert kept == said[: len(kept)]
    assert recent == asked[prompt - len(recent) :]
    assert len(exchange.example.tokens) - 1 == min(longest, 2 + prompt + answer)
    # Nothing of an answer is cut while there is anything left of its conversation.
    assert not recent or kept == said
    assert (exchange.prompt_cut, exchange.answer_cut) == (prompt - len(recent), answer - len(kept))


@pytest.mark.parametrize("kind", ["encoder", "decoder"])
def test_what_is_cut_of_a_real_exchange(bases: dict[str, Base], kind: str) -> None:
    whole, ending = own(bases[kind], 500), own(bases[kind], 500)[-1]
    recent = own(bases[kind], len(whole) - 5)
    assert recent == ((whole[0], *whole[6:]) if kind == "encoder" else whole[5:])  # [CLS] stays
    long = Exchanges.of(bases[kind], 12).read("one", TALK, " ".join([ANSWER] * 20), group="pair")
    room = 12 - (2 if kind == "encoder" else 1)
    start = Exchanges.of(bases[kind], 5000).read("one", TALK, " ".join([ANSWER] * 20)).example.tokens
    assert long.example.tokens[-2] == ending  # the answer ends as any other does
    assert long.example.group == "pair"
    kept = long.example.tokens[-2 - room : -2]
    assert any(start[at : at + room] == kept for at in range(len(start)))
    assert long.answer_cut > 0
    assert long.prompt_cut > 0


@pytest.mark.parametrize("kind", ["encoder", "decoder"])
def test_a_text_that_spells_a_control_token_stays_text(bases: dict[str, Base], kind: str) -> None:
    spelled = {"encoder": "[SEP]", "decoder": "<|im_end|>"}[kind]
    number = AutoTokenizer.from_pretrained(bases[kind].folder).convert_tokens_to_ids(spelled)
    assert own(bases[kind], 500, f"a {spelled} b").count(number) == own(bases[kind], 500).count(number)


@pytest.mark.parametrize(("kind", "longest"), [("encoder", 2), ("decoder", 1)])
def test_no_room_for_an_answer_is_told(bases: dict[str, Base], kind: str, longest: int) -> None:
    with pytest.raises(InputError, match=r"no room for an answer.*raise `arms\.reward\.train\.max_length`"):
        Exchanges.of(bases[kind], longest)


def test_a_decoder_without_a_chat_template_is_told(tmp_path: Path) -> None:
    with pytest.raises(BaseError, match="chat template"):
        Exchanges.of(find(str(tiny_base(tmp_path / "bare", template=None))), 100)
