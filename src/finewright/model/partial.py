"""Attention to a part of the keys, and how such parts are put together. Knows no trees, caches or models.

Softmax attention over a set of keys is the mean of the values under weights exp(score); with the log-sum-exp of the
scores kept beside each part's output, parts over disjoint sets of keys merge exactly:

    out = sum_i exp(lse_i - lse) out_i    with    lse = logsumexp_i lse_i    (as in FlashAttention and ring attention)
"""

import torch
from torch import Tensor

_FLASH = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu
_FLASH_BACKWARD = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu_backward


def attend(
    query: Tensor, key: Tensor, value: Tensor, scale: float, *, causal: bool = False, mask: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Attention of queries (B, H, Q, D) to keys and values (B, H, K, D): output (B, H, Q, D), log-sum-exp (B, H, Q).

    `mask`, in the queries' type and broadcastable to (B, H, Q, K), is added to the scores: 0, or -inf for what is not
    seen. A query that sees nothing gets zeros and a log-sum-exp that means nothing. No gradient passes through:
    `attend_backward` gives it. CPU only.
    """
    out, lse = _FLASH(query, key, value, 0.0, causal, attn_mask=mask, scale=scale)
    return out, lse


def attend_backward(
    gradient: Tensor,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    out: Tensor,
    lse: Tensor,
    scale: float,
    *,
    causal: bool = False,
    mask: Tensor | None = None,
) -> tuple[Tensor, Tensor, Tensor]:
    """Gradients of query, key and value, from the gradient of the *merged* output (B, H, Q, D).

    `out` and `lse` are those of all parts together: each part's weights are then exp(score - lse), its share of the
    whole softmax, so the parts' gradients are right by themselves and add up. CPU only.
    """
    parts = _FLASH_BACKWARD(gradient, query, key, value, out, lse, 0.0, causal, attn_mask=mask, scale=scale)
    return parts[0], parts[1], parts[2]


def merge(out: Tensor, lse: Tensor, other: Tensor, other_lse: Tensor) -> tuple[Tensor, Tensor]:
    """Two parts (..., Q, D) with their log-sum-exps (..., Q) over disjoint keys as one."""
    share = torch.sigmoid(other_lse - lse)  # exp(other_lse) / (exp(lse) + exp(other_lse))
    return torch.lerp(out, other, share[..., None].to(out.dtype)), torch.logaddexp(lse, other_lse)
