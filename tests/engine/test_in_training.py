"""Answers of a model that is being trained: by its weights of the moment, leaving nothing behind that training sees."""

from pathlib import Path

import pytest
import torch
from peft import PeftModel
from torch import nn

from finewright.base.recipe_train import Lora
from finewright.base.records import Completion, CompletionRequest, Message
from finewright.engine.local import LocalCompleter
from finewright.model import lora
from finewright.model.batch import Batch, Example
from finewright.model.chat import Chat
from finewright.model.hub import Base, find, load_decoder, load_tokenizer
from finewright.model.tree import TreeBatches
from finewright.train.optim import adamw, descend
from finewright.train.sft import token_loss
from support.tiny import tiny_base
from train.tiny_training import settings

QUESTIONS = ("my card", "where is the refund for the two boxes that never came?", "rate")
LONG = "Answer in the way of the examples. " * 8  # a start long enough to be kept apart for all rows


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Base:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FINEWRIGHT_HOME", str(tmp_path_factory.mktemp("home")))
        return find(str(tiny_base(tmp_path_factory.mktemp("base"))))


def adapted(base: Base, dropout: float = 0.3) -> PeftModel:
    return lora.attach(load_decoder(base), Lora(rank=4, dropout=dropout), seed=1).train()


def completer(model: PeftModel, base: Base) -> LocalCompleter:
    return LocalCompleter(model, Chat(load_tokenizer(base)), context=base.context, batch_tokens=4096)


def rollouts(engine: LocalCompleter, temperature: float = 1.0) -> list[Completion]:
    """Three groups of four answers."""
    return engine.complete(
        [
            CompletionRequest(
                (Message("system", LONG), Message("user", question)), 8, temperature=temperature, seed=seed
            )
            for question in QUESTIONS
            for seed in range(4)
        ]
    )


def learned(model: PeftModel, batches: list[Batch]) -> dict[str, torch.Tensor]:
    """One step of training; the gradients that it went by."""
    optimizer = adamw(model, settings())
    for batch in batches:
        token_loss(model, batch).backward()
    gradients = {name: one.grad.clone() for name, one in model.named_parameters() if one.grad is not None}
    descend(optimizer, 0.1)
    return gradients


def written(base: Base, done: list[Completion]) -> list[Batch]:
    """What was answered, as token trees to learn from."""
    chat = Chat(load_tokenizer(base))
    examples = []
    for number, one in enumerate(done):
        prompt = chat.encode_prompt((Message("system", LONG), Message("user", QUESTIONS[number // 4])))
        marks = (False,) * len(prompt) + (True,) * len(one.tokens)
        examples.append(Example(str(number), (*prompt, *one.tokens), marks, group=str(number // 4)))
    return list(TreeBatches(100_000)(examples))


def test_answers_follow_the_weights_of_the_moment(base):
    model = adapted(base)
    engine = completer(model, base)
    before = rollouts(engine)
    assert rollouts(engine) == before, "no dropout, and nothing kept from one call to the next"
    learned(model, written(base, before))
    after = rollouts(engine)
    assert [one.tokens for one in after] != [one.tokens for one in before]
    with model.disable_adapter():
        assert rollouts(engine) == before, "the adapter was new: without it the model is what it was"
    assert rollouts(engine) == after
    # What the engine says of the trained adapter is what the saved one says, loaded on a base of its own.
    assert [one.text for one in rollouts(engine, 0.0)] == saved_answers(model, base)


def saved_answers(model: PeftModel, base: Base) -> list[str]:
    merged = load_decoder(base)
    served = lora.attach(merged, Lora(rank=4), seed=2)
    state = {name: one for name, one in model.state_dict().items() if "lora_" in name}
    assert not served.load_state_dict(state, strict=False).unexpected_keys
    return [one.text for one in rollouts(completer(served.eval(), base), 0.0)]


def test_learning_behind_rollouts_is_learning_without_them(base):
    """Gradients to the bit: no mode, no tensor of inference and no attention of the engine's is left behind."""
    plain, asked = adapted(base, dropout=0.0), adapted(base, dropout=0.0)
    done = rollouts(completer(adapted(base), base))
    engine = completer(asked, base)
    for _ in range(2):
        rollouts(engine)
        batches = written(base, done)
        first, second = learned(plain, batches), learned(asked, batches)
        assert first
        assert first.keys() == second.keys()
        assert all(torch.equal(first[name], second[name]) for name in first)
    assert not [name for name, one in asked.named_parameters() if one.is_inference()]
    assert not [name for name, one in asked.named_buffers() if one.is_inference()]


def modes(model: nn.Module) -> list[bool]:
    return [module.training for module in model.modules()]


@pytest.mark.parametrize("fails", [False, True])
def test_modes_gradients_and_attention_are_left_as_they_were(base, fails, monkeypatch):
    model = adapted(base)
    model.base_model.model.model.layers[0].eval()  # modes need not all be the same
    before, attention = modes(model), model.config._attn_implementation
    asks = [name for name, one in model.named_parameters() if one.requires_grad]
    engine = completer(model, base)
    assert modes(model) == before
    seen: list[bool] = []

    def watched(module: nn.Module, _: object) -> None:
        seen.append(any(one.training for one in module.modules()))
        assert not fails, "planted"

    hook = model.get_base_model().register_forward_pre_hook(watched)
    if fails:
        with pytest.raises(AssertionError, match="planted"):
            rollouts(engine)
    else:
        rollouts(engine)
    hook.remove()
    assert set(seen) == {False}
    assert modes(model) == before
    assert model.config._attn_implementation == attention
    assert [name for name, one in model.named_parameters() if one.requires_grad] == asks


def test_a_model_that_came_with_an_adapter_takes_no_other(base):
    with pytest.raises(ValueError, match="takes no others"):
        completer(adapted(base), base).add_adapter(Path("any"), base)
