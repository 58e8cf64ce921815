"""The held-out loss against plain transformers, one example at a time."""

import pytest
import torch

from finewright.model.padded import PaddedBatches
from finewright.train.validation import validation_loss
from train.tiny_training import PAD, tiny_examples, tiny_model


def test_it_is_the_mean_over_supervised_tokens() -> None:
    model = tiny_model().eval()
    examples = tiny_examples(7)
    losses = []
    for example in examples:
        with torch.no_grad():
            logits = model(input_ids=torch.tensor([example.tokens])).logits[0]  # (T, V)
        for place in range(1, len(example.tokens)):
            if example.supervised[place]:
                losses.append(-logits[place - 1].log_softmax(-1)[example.tokens[place]].item())
    assert len(losses) == 21
    assert validation_loss(model, examples, PaddedBatches(24, PAD)) == pytest.approx(
        sum(losses) / len(losses), rel=1e-5
    )


def test_the_cut_does_not_matter_and_dropout_is_off() -> None:
    model = tiny_model(dropout=0.5)
    torch.nn.init.normal_(model.get_parameter(next(n for n, _ in model.named_parameters() if "lora_B" in n)))
    model.train()
    whole = validation_loss(model, tiny_examples(), PaddedBatches(10_000, PAD))
    assert validation_loss(model, tiny_examples(), PaddedBatches(1, PAD)) == pytest.approx(whole, rel=1e-5)
    assert model.training
    model.eval()
    assert validation_loss(model, tiny_examples(), PaddedBatches(10_000, PAD)) == whole
    assert not model.training


def test_nothing_is_left_to_differentiate() -> None:
    model = tiny_model().train()
    validation_loss(model, tiny_examples(), PaddedBatches(24, PAD))
    assert all(weight.grad is None for weight in model.parameters())
