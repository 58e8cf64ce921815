"""How a target stands in the distribution over the vocabulary that a state predicts. Knows no batches and no attack.

Of a target t with log p(t), over the vocabulary weighted by p: mu = sum_v p(v) log p(v), sigma^2 = sum_v p(v) (log p(v)
- mu)^2, and its standing is (log p(t) - mu) / sigma (Zhang et al. 2024, Min-K%++, arXiv 2404.02936, equation 3).
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

_LEAST = 1e-6
"""Of sigma: where one token has all the probability there is none to divide by."""


class Standing(NamedTuple):
    """Of each entry, (E,) each: the target's log-probability in nats, its standing in sigmas, and whether no token was
    likelier."""

    log_prob: Tensor
    standing: Tensor
    likeliest: Tensor


def stood(head: nn.Module, hidden: Tensor, states: Tensor, targets: Tensor, cap: float | None) -> Standing:
    """The standing of entries (e,) whose states are rows of `hidden` (s, H), in float32 or better; no gradient.

    `cap` bounds the logits to (-cap, cap) as Gemma 2 does, or is None.
    """
    logits: Tensor = head(hidden)  # (s, V)
    logits = logits.to(torch.promote_types(logits.dtype, torch.float32))
    if cap is not None:
        logits = cap * torch.tanh(logits / cap)
    rows = logits.log_softmax(-1)
    likely = rows.exp()
    mean = (likely * rows).sum(-1)  # (s,)
    spread = (likely * (rows - mean[:, None]).square()).sum(-1).sqrt().clamp(min=_LEAST)
    found = rows[states, targets]
    return Standing(found, (found - mean[states]) / spread[states], found >= rows.amax(-1)[states])
