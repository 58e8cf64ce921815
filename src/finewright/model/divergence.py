"""How far a model's distribution over the whole vocabulary has moved from another's, state by state.

    KL(base || tuned) = sum_v p_base(v) (log p_base(v) - log p_tuned(v))             (Kullback and Leibler 1951)

Both are computed from states, a chunk at a time, and again in the backward pass: no logits are kept. Knows no batches.
"""

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint


def diverged(head: nn.Module, hidden: Tensor, base_head: nn.Module, base: Tensor, cap: float | None) -> Tensor:
    """KL(base || tuned) in nats (s,), of the tuned states `hidden` (s, H) and the base's (s, H), each by its own head.

    In float32 or better; no gradient reaches the base. `cap` bounds the logits as Gemma 2 does, or is None.
    """
    if not torch.is_grad_enabled():
        return _diverged(head, hidden, base_head, base, cap)
    recomputed: Tensor = checkpoint(
        _diverged, head, hidden, base_head, base, cap, use_reentrant=False, preserve_rng_state=False
    )
    return recomputed


def _diverged(head: nn.Module, hidden: Tensor, base_head: nn.Module, base: Tensor, cap: float | None) -> Tensor:
    with torch.no_grad():
        wanted = _log_probs(base_head, base, cap)  # (s, V)
    return nn.functional.kl_div(_log_probs(head, hidden, cap), wanted, reduction="none", log_target=True).sum(-1)


def _log_probs(head: nn.Module, hidden: Tensor, cap: float | None) -> Tensor:
    logits: Tensor = head(hidden)  # (s, V)
    logits = logits.to(torch.promote_types(logits.dtype, torch.float32))
    if cap is not None:
        logits = cap * torch.tanh(logits / cap)
    return logits.log_softmax(-1)
