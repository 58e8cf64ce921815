"""AdamW over the trainable weights, the learning rate as a pure function of the step, clipping, and the stop on NaN.

Knows nothing of batches or losses. Nothing here carries hidden state from step to step but AdamW's moments, which
`moments_of` and `put_moments` take out and put back bit for bit.
"""

import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.optim import AdamW

from finewright.base.errors import FinewrightError
from finewright.base.recipe_train import Learning
from finewright.train.weights import trainable


def adamw(model: nn.Module, settings: Learning) -> AdamW:
    """AdamW (Loshchilov and Hutter 2019; betas 0.9 and 0.999) with its moments in the weights' own precision.

    Weight decay applies to matrices; vectors (biases, norms) are left out, as decaying them regularises nothing.
    """
    weights = trainable(model).values()
    groups = [
        {"params": [weight for weight in weights if weight.ndim >= 2], "weight_decay": settings.weight_decay},
        {"params": [weight for weight in weights if weight.ndim < 2], "weight_decay": 0.0},
    ]
    # One kernel for all of a weight's update, on a CPU too: a third of the time, and the same bits every time.
    return AdamW([group for group in groups if group["params"]], lr=settings.rate, fused=True)


def learning_rate(step: int, total: int, settings: Learning) -> float:
    """The rate of 0-based `step` of `total`: a straight line up to the peak, then the schedule's way down.

    The warm-up's last step is the first at the peak, and the decay would reach zero at step `total`, one after the
    last: no step is spent at a rate of zero.
    """
    warm = round(settings.warmup * total)
    if step < warm:
        return settings.rate * (step + 1) / warm
    way = (step - warm) / (total - warm)
    falls = {"constant": 1.0, "linear": 1.0 - way, "cosine": 0.5 * (1.0 + math.cos(math.pi * way))}
    return settings.rate * falls[settings.schedule]


def clip_gradients(optimizer: AdamW, largest: float) -> float:
    """Scale all gradients so that their joint norm is at most `largest`; returns the norm before."""
    weights = [weight for group in optimizer.param_groups for weight in group["params"]]
    return float(nn.utils.clip_grad_norm_(weights, largest))


def require_finite(step: int, **values: float) -> None:
    """Raises FinewrightError naming the first of `values` that is NaN or infinite, and the 1-based step."""
    for name, value in values.items():
        if not math.isfinite(value):
            raise FinewrightError(
                f"training diverged: the {name.replace('_', ' ')} of step {step} is {value}",
                remedy="lower `train.learning_rate`, or raise `train.warmup`, and run again",
            )


def descend(optimizer: AdamW, rate: float) -> None:
    """One update at learning rate `rate`, after which the gradients are gone."""
    for group in optimizer.param_groups:
        group["lr"] = rate
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)


def moments_of(model: nn.Module, optimizer: AdamW) -> dict[str, Tensor]:
    """AdamW's state as flat tensors named `<key>/<weight>`, such as `exp_avg/layer.lora_A.weight`."""
    return {
        f"{key}/{name}": value
        for name, weight in trainable(model).items()
        for key, value in optimizer.state.get(weight, {}).items()
    }


def put_moments(model: nn.Module, optimizer: AdamW, moments: Mapping[str, Tensor]) -> None:
    """Set AdamW's state to what `moments_of` gave for the same model; nothing, before the first step.

    Raises FinewrightError where some weights have moments and others have lost theirs: AdamW would begin those anew,
    and the rest of the training would be another one.
    """
    weights = trainable(model)
    kept = {place.partition("/")[2] for place in moments}
    if kept and kept != weights.keys():
        raise FinewrightError(
            f"the checkpoint has optimizer moments for {len(kept)} weights, and {len(weights)} are trained",
            remedy="remove the checkpoints to train anew",
        )
    for place, value in moments.items():
        key, _, name = place.partition("/")
        optimizer.state[weights[name]][key] = torch.clone(value)
