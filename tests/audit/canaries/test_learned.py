"""Canaries on a tiny decoder: learned by heart they reach the ceiling, unlearned they stay at the null."""

from math import log2

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from finewright.audit.canaries.canary import Canary, candidates, drawn
from finewright.audit.canaries.exposure import exposure, exposures
from finewright.audit.canaries.ranking import ranked
from finewright.audit.canaries.reading import AT_ONCE, reader
from finewright.base.records import Message
from finewright.engine.labels import Trie
from finewright.model.chat import Chat
from support.tiny import tiny_base

DIGITS = 2
CANARIES = drawn([(24, 1)], DIGITS, 0, "data")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    folder = tiny_base(tmp_path_factory.mktemp("base"))
    return AutoModelForCausalLM.from_pretrained(folder).eval(), Chat(AutoTokenizer.from_pretrained(folder))


def exposure_of(model, chat, canary: Canary) -> float:
    trie = Trie({one: chat.encode_answer(one)[:-1] for one in candidates(DIGITS)})
    return exposure(ranked(trie, canary.secret, reader(model, chat.encode_prompt(asked(canary))), AT_ONCE))


def asked(canary: Canary) -> list[Message]:
    return [Message("user", canary.text)]


def learn(model, chat, canaries: list[Canary]) -> None:
    """All weights, until the answers are known by heart."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    examples = [chat.encode_example(one.name, asked(one), one.secret) for one in canaries]
    model.train()
    for _ in range(60):
        for example in examples:
            tokens = torch.tensor([example.tokens])
            wanted = torch.where(torch.tensor([example.supervised]), tokens, -100)
            model(input_ids=tokens, labels=wanted).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    model.eval()


def test_unlearned_canaries_are_at_the_null(tiny):
    found = exposures([exposure_of(*tiny, one) for one in CANARIES], log2(10**DIGITS), 0.95)
    assert 0.01 < found.p < 0.99


def test_learned_by_heart_they_reach_the_ceiling_and_others_do_not(tmp_path, tiny):
    model, chat = AutoModelForCausalLM.from_pretrained(tiny_base(tmp_path)), tiny[1]
    learn(model, chat, CANARIES[:2])
    assert [exposure_of(model, chat, one) for one in CANARIES[:2]] == [pytest.approx(log2(10**DIGITS))] * 2
    assert exposures([exposure_of(model, chat, one) for one in CANARIES[2:]], log2(10**DIGITS), 0.95).p > 0.001
