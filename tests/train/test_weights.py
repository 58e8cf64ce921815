"""Taking the trained weights out and putting them back."""

import torch
from torch import nn

from finewright.train.weights import put_weights, trainable, weights_of


def test_copies_stay_when_the_model_moves_and_can_be_put_back() -> None:
    layer = nn.Linear(2, 2)
    layer.bias.requires_grad_(False)
    kept = weights_of(layer)
    assert kept.keys() == trainable(layer).keys() == {"weight"}
    before, bias = layer.weight.tolist(), layer.bias.tolist()
    with torch.no_grad():
        layer.weight += 1
    assert kept["weight"].tolist() == before
    put_weights(layer, kept)
    assert layer.weight.tolist() == before
    assert layer.bias.tolist() == bias
    assert layer.weight.requires_grad
