"""How much better than expected a rollout was. Functions of rewards; they know no model, no tokens and no scorer."""

import torch
from torch import Tensor

_FLOOR = 1e-4
"""Added to a standard deviation before it divides, as everyone does: rewards that hardly differ stay small."""


def grpo(rewards: Tensor, scale: bool) -> Tensor:
    """Rewards of groups of rollouts, (B, G) -> advantages (B, G): r - mean, with `scale` over the group's deviation.

    The deviation is that of a sample (over G - 1). A group that is rewarded alike has advantages of exactly 0.
    Shao et al. 2024, arXiv:2402.03300, section 4.1.2; unscaled as in Liu et al. 2025, arXiv:2503.20783.
    """
    over = _centred(rewards)  # (B, G)
    return over / (rewards.std(1, keepdim=True) + _FLOOR) if scale else over


def rloo(rewards: Tensor) -> Tensor:
    """Rewards of groups of rollouts, (B, G) -> advantages (B, G): each less the mean of the others in its group.

    r_i - sum_{j != i} r_j / (G - 1) = (r_i - mean) G / (G - 1). Ahmadian et al. 2024, arXiv:2402.14740, equation 6,
    whose rewards have the divergence from the reference in them: what is rewarded is the caller's affair.
    """
    size = rewards.shape[1]
    return _centred(rewards) * (size / (size - 1))


def gae(rewards: Tensor, values: Tensor, discount: float, smoothing: float) -> Tensor:
    """Generalised advantage estimation along one rollout: rewards (T,) and values (T,) of its states -> (T,).

        A_t = d_t + discount * smoothing * A_{t+1},   d_t = r_t + discount * V_{t+1} - V_t

    V and A are 0 behind the last token. A + V is what the values are to become. Schulman et al. 2015,
    arXiv:1506.02438, equation 16.
    """
    behind = torch.cat([values[1:], values.new_zeros(1)])  # (T,)
    surprise = rewards + discount * behind - values  # (T,)
    found, ahead = [], surprise.new_zeros(())
    for each in reversed(surprise.unbind()):
        ahead = each + discount * smoothing * ahead
        found.append(ahead)
    return torch.stack(found[::-1])


def _centred(rewards: Tensor) -> Tensor:
    """Rewards less their group's mean; exactly 0 where all are equal, which their rounded mean need not be."""
    alike = (rewards == rewards[:, :1]).all(1, keepdim=True)  # (B, 1)
    return torch.where(alike, 0.0, rewards - rewards.mean(1, keepdim=True))
