"""The loss on held-out examples, by the same batches and log-probabilities as training. Knows no optimizer or files."""

from collections import deque
from collections.abc import Sequence

import torch
from torch import nn

from finewright.model.batch import Batches, Example
from finewright.model.states import hidden_states, log_probs
from finewright.train.objectives import cross_entropy


@torch.no_grad()
def validation_loss(model: nn.Module, examples: Sequence[Example], batches: Batches) -> float:
    """Mean cross-entropy in nats per supervised token of all `examples`, without dropout.

    The examples are laid out by `batches`, and only a float is kept of each batch. The model is left in the mode it
    was in.
    """
    learning = model.training
    model.eval()
    loss = weight = 0.0
    waiting = deque(batches(examples))
    while waiting:
        batch = waiting.popleft()  # a tree holds the masks of its attention, which are let go with it
        loss += cross_entropy(log_probs(model, hidden_states(model, batch), batch), batch).item()
        weight += batch.weight.sum().item()
    model.train(learning)
    return loss / weight
