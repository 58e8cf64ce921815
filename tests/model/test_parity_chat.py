"""Conversations beside TRL (`make parity`): from its rows to the same tokens, the same mask, loss and gradients.

TRL renders, tokenises and masks by itself: `assistant_only_loss` with a template that marks what assistants generate,
and prompt and completion where the last turn alone is learned.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file

from finewright.base.recipe_train import Lora
from finewright.base.records import Message
from finewright.data.shapes.chat import chat as chat_rows
from finewright.model import lora
from finewright.model.batch import Example
from finewright.model.chat import Chat
from finewright.model.layout import layout_for
from finewright.model.padded import padded
from finewright.train.sft import token_loss
from support.parity_chat import CALLS, TEXTS, tokenizer
from support.parity_models import ALPHA, PAD, RANK, decoder

EXPECTED = Path(__file__).resolve().parents[1] / "parity" / "expected"
TOLD = json.loads((EXPECTED / "chats.json").read_text(encoding="utf-8"))
CASES = {"all turns": (TEXTS, "all"), "all turns and calls": (CALLS, "all"), "last turn": (TEXTS, "last")}


def examples_of(rows: Sequence[dict[str, Any]], turns: str) -> list[Example]:
    """Rows as the data room reads them and the chat encodes them."""
    chat, read = Chat(tokenizer()), chat_rows({"input": "messages", "tools": "tools"})
    contents = [read(row) for row in rows]
    return [chat.encode_example(f"row-{at}", *content, turns=turns) for at, content in enumerate(contents)]


@pytest.fixture
def model() -> PeftModel:
    """The weights that all of TRL's figures are of."""
    stored, base = load_file(EXPECTED / "llama.safetensors"), decoder("llama")
    base.load_state_dict(
        {name.removeprefix("base/"): value for name, value in stored.items() if name.startswith("base/")}, strict=False
    )
    base.tie_weights()
    adapted = lora.attach(base, Lora(rank=RANK, alpha=ALPHA), seed=0)
    with torch.no_grad():
        for name, weight in adapted.named_parameters():
            if weight.requires_grad:
                weight.copy_(stored[f"adapter/{name}"])
    return adapted


@pytest.mark.parametrize("case", CASES)
def test_a_conversation_has_the_tokens_and_the_mask_that_trl_gives_it(case: str) -> None:
    for ours, theirs in zip(examples_of(*CASES[case]), TOLD[case]["examples"], strict=True):
        assert list(ours.tokens) == theirs["tokens"]
        assert [int(wanted) for wanted in ours.supervised] == theirs["supervised"]


@pytest.mark.parametrize("laid_out", ["padded", "tree"])
@pytest.mark.parametrize("case", CASES)
def test_a_step_on_conversations_is_that_of_trl(model: PeftModel, case: str, laid_out: str) -> None:
    examples = examples_of(*CASES[case])
    batches, reason = layout_for(model, examples, 10_000, PAD)
    assert reason is None
    (batch,) = batches(examples) if laid_out == "tree" else (padded(examples, PAD),)
    loss = token_loss(model, batch) / batch.weight.sum()
    loss.backward()
    assert loss.item() == pytest.approx(TOLD[case]["loss"], rel=1e-5)
    kept = load_file(EXPECTED / "chats.safetensors")
    expected = {name.removeprefix(f"{case}/"): value for name, value in kept.items() if name.startswith(f"{case}/")}
    found = {name: weight.grad for name, weight in model.named_parameters() if weight.requires_grad}
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        gradient = found[name]
        assert gradient is not None
        assert float((gradient - value).norm() / value.norm()) < 1e-4, name


def test_the_conversations_hold_what_could_go_wrong() -> None:
    """A check of the check: several answers in a row, calls written by the template itself, and both masks differ."""
    chat = Chat(tokenizer())
    (question, *_), _ = chat_rows({"input": "messages", "tools": "tools"})(CALLS[0])
    assert isinstance(question, Message)
    assert chat.given([question])["tools"] == CALLS[0]["tools"]
    runs = [sum(row["supervised"]) for case in ("all turns", "last turn") for row in TOLD[case]["examples"]]
    assert runs[0] == runs[3]
    assert all(most > least for most, least in zip(runs[1:3], runs[4:], strict=True))
