"""Losses as functions of tensors. They know entries alone: no model, no tokens, no optimizer step.

An objective returns the *sum* over its entries; the loop divides by the weight of the whole optimizer step, so that
any cut into micro-batches gives the same gradient.
"""

from torch import Tensor

from finewright.model.batch import Batch


def cross_entropy(log_probs: Tensor, batch: Batch) -> Tensor:
    """Weighted negative log-likelihood in nats, summed: -sum_e weight[e] * log p(target[e]); (E,) -> ()."""
    return -(batch.weight * log_probs).sum()


def anchor(divergences: Tensor, batch: Batch) -> Tensor:
    """Divergence from the base in nats, weighted as the entries of the states are, summed; (S,) -> ().

    sum_e weight[e] * KL(base || tuned at state[e]), so that its mean per supervised token hangs on no layout.
    """
    return (batch.weight * divergences.index_select(0, batch.state)).sum()
