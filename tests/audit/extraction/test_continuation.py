"""Continuations: the likeliest is what plain decoding gives, samples hang on name and number alone."""

from dataclasses import replace

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from finewright.audit.extraction.continuation import Beginning, Ways, continued
from finewright.base.records import Message
from finewright.model.chat import Chat
from support.tiny import tiny_base

WAYS = Ways(samples=2, temperature=1.0, seed=0)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    folder = tiny_base(tmp_path_factory.mktemp("base"))
    return AutoModelForCausalLM.from_pretrained(folder).eval(), Chat(AutoTokenizer.from_pretrained(folder))


def beginnings(chat: Chat) -> list[Beginning]:
    prompts = [chat.encode_prompt([Message("user", text)]) for text in ("card lost", "invoice paid short")]
    return [Beginning(f"row {place}", (*prompt, 40 + place), 6) for place, prompt in enumerate(prompts)]


def test_the_first_is_the_likeliest_by_plain_computation(tiny):
    model, chat = tiny
    for one, ways in zip(beginnings(chat), continued(*tiny, beginnings(chat), WAYS, 4096, int), strict=True):
        tokens = list(one.tokens)
        while len(tokens) < len(one.tokens) + one.more and tokens[-1] != chat.terminator:
            with torch.no_grad():
                tokens.append(int(model(torch.tensor([tokens]), use_cache=False).logits[0, -1].argmax()))
        assert list(ways[0].tokens) == tokens[len(one.tokens) :]


def test_samples_hang_on_the_name_and_not_on_what_is_beside(tiny):
    together = continued(*tiny, beginnings(tiny[1]), WAYS, 4096, int)
    assert continued(*tiny, beginnings(tiny[1])[1:], WAYS, 4096, int) == together[1:]
    other = [replace(beginnings(tiny[1])[1], name="another")]
    assert continued(*tiny, other, WAYS, 4096, int)[0][1:] != together[1][1:]


def test_nothing_to_go_on_from_gives_nothing(tiny):
    assert continued(*tiny, [], WAYS, 4096, int) == []
