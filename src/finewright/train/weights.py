"""The weights that training changes, by name: whatever asks for a gradient. Knows nothing of LoRA or of files."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn


def trainable(model: nn.Module) -> dict[str, nn.Parameter]:
    """Parameters that ask for a gradient, by name, in the model's order."""
    return {name: weight for name, weight in model.named_parameters() if weight.requires_grad}


def weights_of(model: nn.Module) -> dict[str, Tensor]:
    """Copies of the trainable weights, which later steps do not change."""
    return {name: weight.detach().clone() for name, weight in trainable(model).items()}


@torch.no_grad()
def fingerprints(model: nn.Module) -> dict[str, tuple[float, float]]:
    """Sum and norm of each trainable weight, in float64: what tells, without a copy, whether a weight has moved."""
    return {
        name: (
            float(weight.sum(dtype=torch.float64)),
            float(torch.linalg.vector_norm(weight, dtype=torch.float64)),
        )
        for name, weight in trainable(model).items()
    }


@torch.no_grad()
def put_weights(model: nn.Module, weights: Mapping[str, Tensor]) -> None:
    """Set the trainable weights to what `weights_of` gave for the same model."""
    for name, weight in trainable(model).items():
        weight.copy_(weights[name])
