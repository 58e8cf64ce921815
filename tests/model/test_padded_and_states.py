"""The padded batch and its log-probabilities against plain transformers: same loss, same gradients, any cut."""

import random

import pytest
import torch
from torch import nn

from finewright.base.errors import BaseError
from finewright.base.recipe_train import Lora
from finewright.model.batch import Example
from finewright.model.hub import find, load_decoder
from finewright.model.lora import attach
from finewright.model.padded import cut, padded
from finewright.model.states import hidden_states, log_probs
from support.tiny import tiny_base

PAD = 2
"""The tiny base's terminator, as in SmolLM2: padding must be told by length, not by id."""


def examples(count: int, seed: int = 0) -> list[Example]:
    """Random examples of several lengths; the pad id occurs inside them, as a turn's end does."""
    draw = random.Random(seed)
    made = []
    for number in range(count):
        prompt, answer = draw.randint(1, 9), draw.randint(1, 6)
        tokens = [draw.randint(3, 200) for _ in range(prompt + answer - 1)] + [PAD]
        made.append(Example(f"e{number}", tuple(tokens), (False,) * prompt + (True,) * answer))
    return made


@pytest.fixture
def model(tmp_path):
    model = attach(load_decoder(find(str(tiny_base(tmp_path / "base")))), Lora(rank=4), seed=0)
    for name, weight in model.named_parameters():
        if "lora_B" in name:
            nn.init.normal_(weight, std=0.1)
    return model.double()


def gradients(model, loss):
    model.zero_grad()
    loss.backward()
    return {name: weight.grad.clone() for name, weight in model.named_parameters() if weight.requires_grad}


def summed(model, batch, chunk=256):
    return -(log_probs(model, hidden_states(model, batch), batch, chunk) * batch.weight).sum()


def plain(model, example):
    """Transformers' own logits for one example, alone and unpadded, and the loss by hand."""
    tokens = torch.tensor([example.tokens])
    rows = model(input_ids=tokens).logits[0].log_softmax(-1)
    places = [at for at, wanted in enumerate(example.supervised) if wanted]
    return -sum(rows[at - 1, example.tokens[at]] for at in places)


@pytest.mark.parametrize("chunk", [1, 5, 256])
def test_loss_and_gradients_equal_plain_transformers(model, chunk):
    batch = examples(7)
    expected = sum(plain(model, example) for example in batch)
    wanted = gradients(model, expected)
    loss = summed(model, padded(batch, PAD), chunk)
    assert torch.isclose(loss, expected, rtol=1e-12)
    for name, gradient in gradients(model, loss).items():
        assert torch.allclose(gradient, wanted[name], rtol=1e-9, atol=1e-10), name


@pytest.mark.parametrize("budget", [1, 20, 60, 10_000])
def test_any_cut_into_micro_batches_gives_the_same_gradient(model, budget):
    whole = examples(9, seed=1)
    wanted = gradients(model, summed(model, padded(whole, PAD)))
    pieces = cut(whole, budget)
    assert sorted(one.id for piece in pieces for one in piece) == sorted(one.id for one in whole)
    found = gradients(model, sum(summed(model, padded(piece, PAD)) for piece in pieces))
    for name, gradient in found.items():
        assert torch.allclose(gradient, wanted[name], rtol=1e-9, atol=1e-10), name


def test_a_row_does_not_feel_its_neighbours_or_the_padding(model):
    long, short = sorted(examples(6, seed=2), key=lambda one: len(one.tokens))[-1::-5]
    batch = padded([long, short], PAD)
    scores = log_probs(model, hidden_states(model, batch), batch)
    alone = padded([short], 99)
    own = log_probs(model, hidden_states(model, alone), alone)
    assert torch.allclose(scores[batch.example == 1], own, atol=1e-6)


def test_a_cut_keeps_the_budget_or_a_single_row():
    pieces = cut(examples(40, seed=3), 40)
    for piece in pieces:
        assert len(piece) == 1 or len(piece) * max(len(one.tokens) for one in piece) <= 40
    assert any(len(piece) > 1 for piece in pieces)


def test_the_cut_does_not_depend_on_the_order_given():
    given = examples(20, seed=4)
    assert cut(given, 50) == cut(given[::-1], 50)


def test_entries_come_back_in_their_order_even_if_states_are_shared(model):
    batch = padded(examples(3), PAD)
    order = torch.tensor(list(reversed(range(len(batch.target)))))
    hidden = hidden_states(model, batch)
    straight = log_probs(model, hidden, batch, chunk=2)
    turned = type(batch)(
        batch.inputs, batch.states, batch.state[order], batch.target[order], batch.weight, batch.example, batch.ids, 0
    )
    assert torch.allclose(log_probs(model, hidden, turned, chunk=2), straight[order])


def test_soft_capped_logits_are_capped_and_scaled_ones_refused(model):
    batch = padded(examples(2), PAD)
    hidden = hidden_states(model, batch)
    plain_scores = log_probs(model, hidden, batch)
    model.config.final_logit_softcapping = 0.5
    capped = log_probs(model, hidden, batch)
    logits = model.get_output_embeddings()(hidden)
    by_hand = (0.5 * torch.tanh(logits / 0.5)).log_softmax(-1)[batch.state, batch.target]
    assert torch.allclose(capped.double(), by_hand, atol=1e-5)
    assert not torch.allclose(capped, plain_scores)
    model.config.logit_scale = 0.06
    with pytest.raises(BaseError, match="logit_scale"):
        log_probs(model, hidden, batch)
