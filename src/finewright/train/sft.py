"""Supervised fine-tuning as a loss: its steps are passes over examples (`epochs.py`). Knows batches; no optimizer."""

from torch import Tensor, nn

from finewright.model.batch import Batch
from finewright.model.states import hidden_states, log_probs
from finewright.train.objectives import cross_entropy


def token_loss(model: nn.Module, batch: Batch) -> Tensor:
    """Cross-entropy of the batch's supervised tokens in nats, summed; ()."""
    return cross_entropy(log_probs(model, hidden_states(model, batch), batch), batch)
