"""What must hold after the first optimizer step: the adapter learns, in full precision. Knows weights and AdamW."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.optim import AdamW

from finewright.base.errors import FinewrightError
from finewright.train.weights import fingerprints, trainable

_MOVE_FIRST = ("lora_B", "lora_magnitude_vector")
_NAMED = 3


def check_moved(model: nn.Module, optimizer: AdamW, start: Mapping[str, tuple[float, float]]) -> None:
    """Raises FinewrightError where a weight or moment is of less than fp32, got no gradient, or did not move.

    `start` is what `fingerprints` gave before the step. Every B matrix and every magnitude of an adapter must have left
    it: their gradient is there from the first step on (Hu et al. 2021, section 4.1; Liu et al. 2024, section 4.3). Of
    other weights one at least must have: A matrices get theirs once B is not zero, and a weight that is large beside
    the rate may round to where it was.
    """
    weights = trainable(model)
    moments = {name: _moments(optimizer, weight) for name, weight in weights.items()}
    narrow = [name for name, weight in weights.items() if any(map(_narrow, [weight, *moments[name]]))]
    _refuse(narrow, "are in less than 32 bits after the first step, moments included", "keep the adapter in float32")
    _refuse(
        [name for name in weights if not moments[name]],
        "got no gradient in the first step",
        "name in `train.lora.modules` only matrices that the answer depends on",
    )
    now = fingerprints(model)
    still = [name for name in weights if now[name] == start[name]]
    _refuse(
        still if len(still) == len(weights) else [name for name in still if any(part in name for part in _MOVE_FIRST)],
        "did not move in the first step",
        "raise `train.learning_rate`, or name other `train.lora.modules`",
    )


def _moments(optimizer: AdamW, weight: nn.Parameter) -> list[Tensor]:
    return [value for value in optimizer.state.get(weight, {}).values() if isinstance(value, Tensor)]


def _narrow(value: Tensor) -> bool:
    return torch.finfo(value.dtype).bits < 32


def _refuse(names: Sequence[str], what: str, remedy: str) -> None:
    if names:
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        raise FinewrightError(f"trainable weights {what} ({', '.join(names[:_NAMED])}{more})", remedy=remedy)
