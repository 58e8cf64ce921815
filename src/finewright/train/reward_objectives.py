"""Losses of reinforcement as functions of tensors. They know tokens' log-probabilities, no model and no rewards.

Rollouts were written by the weights of some optimizer steps ago (`old`); the reference is the model before training.
Per-token functions give a loss for each entry, which `shares` weighs against the others.
"""

from typing import Literal

import torch
from torch import Tensor

from finewright.model.batch import Batch, by_example

Normalise = Literal["answer", "tokens", "constant"]

_LARGEST = 20.0
"""Log-ratios beyond are taken for this and give no gradient: e^20 is no ratio to learn from, and e^89 no float32."""


def clipped(log_probs: Tensor, old: Tensor, advantages: Tensor, clip: float) -> Tensor:
    """The clipped surrogate: -min(r A, clamp(r, 1 - clip, 1 + clip) A) with r = p / p_old; (E,) each -> (E,).

    By token for ppo and grpo; for rloo of summed log-probabilities, an answer being one action. Schulman et al. 2017,
    arXiv:1707.06347, equation 7.
    """
    ratio = _ratio(log_probs, old)  # (E,)
    return -torch.minimum(ratio * advantages, ratio.clamp(1 - clip, 1 + clip) * advantages)


def outside(log_probs: Tensor, old: Tensor, advantages: Tensor, clip: float) -> Tensor:
    """Which entries the clip holds back, (E,) bool: the ratio has moved beyond it in the direction of the advantage."""
    ratio = _ratio(log_probs, old)  # (E,)
    return ((ratio < 1 - clip) & (advantages < 0)) | ((ratio > 1 + clip) & (advantages > 0))


def divergence(log_probs: Tensor, reference: Tensor, old: Tensor | None = None) -> Tensor:
    """Each token's estimate of KL(p || p_ref) in nats, never negative: e^d - d - 1 with d = log p_ref/p; (E,) -> (E,).

    Its mean over tokens drawn from p is the divergence, but its gradient is that of KL(p_ref || p): how likely p makes
    the token is not seen to change. With `old` it is p/p_old times as much, and its gradient that of KL(p || p_ref).
    Schulman 2020, "Approximating KL divergence" (k3); Shao et al. 2024, arXiv:2402.03300, equation 4; the ratio as in
    DeepSeek-AI 2025, arXiv:2512.02556.
    """
    apart = (reference - log_probs).clamp(max=_LARGEST)  # (E,)
    estimate = torch.expm1(apart) - apart
    return estimate if old is None else _ratio(log_probs, old) * estimate


def clipped_value(values: Tensor, old: Tensor, returns: Tensor, clip: float) -> Tensor:
    """A value head's loss, (E,) each -> (E,): max((V - R)^2, (V' - R)^2) / 2, V' the value moved by at most `clip`.

    Schulman et al. 2017's own code; Engstrom et al. 2020, arXiv:2005.12729, section 3.
    """
    near = old + (values - old).clamp(-clip, clip)  # (E,)
    return torch.maximum((values - returns) ** 2, (near - returns) ** 2) / 2


def shares(batch: Batch, normalise: Normalise, longest: int) -> Tensor:
    """What each token's loss counts, before the sum over a step is divided by its answers, or tokens where told; (E,).

    answer    1 / tokens of its answer: every answer counts the same        Shao et al. 2024, arXiv:2402.03300
    tokens    1, over all tokens: every token counts the same               Yu et al. 2025, arXiv:2503.14476
    constant  1 / `longest`, the most tokens of a rollout: no length pays   Liu et al. 2025, arXiv:2503.20783
    """
    if normalise == "tokens":
        return batch.weight
    if normalise == "constant":
        return batch.weight / longest
    return batch.weight / by_example(batch, batch.weight).index_select(0, batch.example)


def _ratio(log_probs: Tensor, old: Tensor) -> Tensor:
    """p / p_old, (E,)."""
    return (log_probs - old).clamp(-_LARGEST, _LARGEST).exp()
