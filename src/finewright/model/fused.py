"""A linear layer with its LoRA update as one operation. Knows PEFT's layer, whose weights and names it keeps.

    y = x W^T + b + s (x A^T) B^T                                                     (Hu et al. 2021, section 4.1)

PEFT computes the update beside the layer, scales it and adds it: three passes over activations as wide as the layer,
each kept for the backward pass. Here the low-rank products accumulate into the layer's own, forwards and backwards, and
only x and x A^T are kept.
"""

from typing import Any

import torch
from peft.tuners.lora import Linear
from torch import Tensor, nn


class FusedLinear(Linear):  # type: ignore[misc]  # peft is untyped
    """PEFT's LoRA layer, computed in one go where it is a plain product: one active adapter, unmerged, no dropout."""

    def forward(self, x: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        """(..., in) -> (..., out)."""
        plain = None if args or kwargs else self.plain(x)
        if plain is None:
            usual: Tensor = super().forward(x, *args, **kwargs)
            return usual
        fused: Tensor = LoraProduct.apply(x, *plain)  # type: ignore[no-untyped-call]
        return fused

    def plain(self, x: Tensor) -> tuple[Tensor, Tensor | None, Tensor, Tensor, float] | None:
        """Weight, bias, down, up and scale, where the layer is the plain product of these for `x`; else None."""
        names = self.active_adapters
        if len(names) != 1 or names[0] not in self.lora_A or self.disable_adapters or self.merged:
            return None
        (name,) = names
        layer, down, up = self.base_layer, self.lora_A[name].weight, self.lora_B[name].weight
        if (
            name in self.lora_variant
            or (self.training and isinstance(self.lora_dropout[name], nn.Dropout))
            or self.lora_B[name].bias is not None
            or type(layer) is not nn.Linear
            or layer.weight.requires_grad
            or not (down.dtype == layer.weight.dtype == x.dtype)
        ):
            return None
        return layer.weight, layer.bias, down, up, self.scaling[name]


class LoraProduct(torch.autograd.Function):
    """x (..., in), frozen weight (out, in) and bias (out,) or None, down (r, in), up (out, r), scale -> (..., out)."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, down: Tensor, up: Tensor, scale: float
    ) -> Tensor:
        flat = x.reshape(-1, x.shape[-1])
        low = flat @ down.t()  # (T, r)
        out = nn.functional.linear(flat, weight, bias).addmm_(low, up.t(), alpha=scale)
        ctx.save_for_backward(flat, low, weight, down, up)
        ctx.scale, ctx.shape = scale, x.shape
        return out.view(*x.shape[:-1], -1)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Any:
        flat, low, weight, down, up = ctx.saved_tensors
        gradient = gradient.reshape(-1, gradient.shape[-1])
        of_low = (gradient @ up).mul_(ctx.scale)  # (T, r)
        of_x = (gradient @ weight).addmm_(of_low, down).view(ctx.shape) if ctx.needs_input_grad[0] else None
        return of_x, None, None, of_low.t() @ flat, (gradient.t() @ low).mul_(ctx.scale), None
