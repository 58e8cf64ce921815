"""The loss on held-out examples, by the same batches and loss as training. Knows no optimizer or files."""

from collections.abc import Callable, Sequence

import torch
from torch import nn

from finewright.model.batch import Batch, Batches, Example, in_turn, supervised
from finewright.model.modes import at_rest
from finewright.train.loop import Loss
from finewright.train.sft import token_loss


@torch.no_grad()
def validation_loss(
    model: nn.Module,
    examples: Sequence[Example],
    batches: Batches,
    loss: Loss = token_loss,
    weigh: Callable[[Batch], float] = supervised,
) -> float:
    """Mean `loss` per weight of all `examples`, without dropout: by default nats per supervised token.

    The examples are laid out by `batches`, and only a float is kept of each batch. The model is left in the modes it
    was in.
    """
    summed = weight = 0.0
    with at_rest(model):
        for batch in in_turn(batches(examples)):
            summed += loss(model, batch).item()
            weight += weigh(batch)
    return summed / weight
