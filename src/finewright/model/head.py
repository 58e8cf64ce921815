"""Log-probabilities of targets from states, through a head as wide as the vocabulary. Knows no batches and no trunk.

The gradient of log p(t) with respect to a state h, for logits W h, is W[t] - sum_v p(v) W[v]: the target's row less the
row expected under the model. For a frozen head the expected row is computed with the logits, which are then let go:
two products with W, where computing the logits again in the backward pass takes three.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint


def scored(head: nn.Module, hidden: Tensor, states: Tensor, targets: Tensor, cap: float | None) -> Tensor:
    """Log-probabilities of entries (e,) whose states are rows of `hidden` (s, H), in float32 or better.

    `cap` bounds the logits to (-cap, cap) as Gemma 2 does, or is None.
    """
    if cap is None and _is_frozen_product(head):
        frozen: Tensor = _FrozenHead.apply(hidden, head.weight, states, targets)  # type: ignore[no-untyped-call]
        return frozen
    if not torch.is_grad_enabled():
        return _score(head, hidden, states, targets, cap)
    recomputed: Tensor = checkpoint(
        _score, head, hidden, states, targets, cap, use_reentrant=False, preserve_rng_state=False
    )
    return recomputed


def _is_frozen_product(head: Any) -> bool:
    return type(head) is nn.Linear and getattr(head, "bias", None) is None and not head.weight.requires_grad


def _score(head: nn.Module, hidden: Tensor, states: Tensor, targets: Tensor, cap: float | None) -> Tensor:
    logits: Tensor = head(hidden)  # (s, V)
    logits = logits.to(torch.promote_types(logits.dtype, torch.float32))
    if cap is not None:
        logits = cap * torch.tanh(logits / cap)
    return _picked(logits.log_softmax(-1), states, targets)


def _picked(rows: Tensor, states: Tensor, targets: Tensor) -> Tensor:
    """rows[states, targets], by an indexing whose backward pass is the same from run to run."""
    return rows.flatten().index_select(0, states * rows.shape[1] + targets)  # (e,)


class _FrozenHead(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, hidden: Tensor, weight: Tensor, states: Tensor, targets: Tensor) -> Tensor:
        logits = nn.functional.linear(hidden, weight)  # (s, V)
        rows = logits.to(torch.promote_types(logits.dtype, torch.float32)).log_softmax(-1)
        del logits
        found = _picked(rows, states, targets)
        if ctx.needs_input_grad[0]:
            expected = rows.exp_().to(weight.dtype) @ weight  # (s, H)
            ctx.save_for_backward(expected, weight, states, targets)
        return found

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Any:
        expected, weight, states, targets = ctx.saved_tensors
        gradient = gradient.to(weight.dtype)
        together = gradient.new_zeros(len(expected)).index_add_(0, states, gradient)  # (s,)
        wanted = weight.index_select(0, targets).mul_(gradient[:, None])  # (e, H)
        return (expected * -together[:, None]).index_add_(0, states, wanted), None, None, None
