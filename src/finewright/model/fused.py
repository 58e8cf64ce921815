"""A linear layer with its LoRA update as one operation. Knows PEFT's layer, whose weights and names it keeps.

    y = x W^T + b + s (x A^T) B^T                                                     (Hu et al. 2021, section 4.1)

PEFT computes the update beside the layer, scales it and adds it: three passes over activations as wide as the layer,
each kept for the backward pass. Here the low-rank products accumulate into the layer's own, forwards and backwards, and
only x and x A^T are kept.
"""

from typing import Any

import torch
from peft.tuners.lora import Linear
from peft.tuners.lora.variants import DoraLinearVariant
from torch import Tensor, nn


class FusedLinear(Linear):  # type: ignore[misc]  # peft is untyped
    """PEFT's LoRA layer, computed in one go where it can be: one active adapter, unmerged, no dropout.

    Of variants it knows rsLoRA, which is another scale, and DoRA, whose product is scaled row by row.
    """

    def forward(self, x: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        """(..., in) -> (..., out)."""
        given = None if args or kwargs else self._given(x)
        if given is None:
            usual: Tensor = super().forward(x, *args, **kwargs)
            return usual
        (name,) = self.active_adapters
        if name not in self.lora_variant:
            fused: Tensor = LoraProduct.apply(x, *given)  # type: ignore[no-untyped-call]
            return fused
        weight, bias, down, up, scale = given
        product: Tensor = LoraProduct.apply(x, weight, None, down, up, scale)  # type: ignore[no-untyped-call]
        scaled: Tensor = product * (self.lora_magnitude_vector[name].weight / row_norms(weight, down, up, scale))
        return scaled if bias is None else scaled + bias

    def plain(self, x: Tensor) -> tuple[Tensor, Tensor | None, Tensor, Tensor, float] | None:
        """Weight, bias, down, up and scale, where the layer is the plain product of these for `x`; else None."""
        given = self._given(x)
        return None if given is None or self.active_adapters[0] in self.lora_variant else given

    def _given(self, x: Tensor) -> tuple[Tensor, Tensor | None, Tensor, Tensor, float] | None:
        """The same where the layer is this product, or DoRA's."""
        names = self.active_adapters
        if len(names) != 1 or names[0] not in self.lora_A or self.disable_adapters or self.merged:
            return None
        (name,) = names
        layer, down, up = self.base_layer, self.lora_A[name].weight, self.lora_B[name].weight
        if (
            not isinstance(self.lora_variant.get(name), DoraLinearVariant | None)
            or (self.training and isinstance(self.lora_dropout[name], nn.Dropout))
            or self.lora_B[name].bias is not None
            or type(layer) is not nn.Linear
            or layer.weight.requires_grad
            or not (down.dtype == layer.weight.dtype == x.dtype)
        ):
            return None
        return layer.weight, layer.bias, down, up, self.scaling[name]


@torch.no_grad()
def row_norms(weight: Tensor, down: Tensor, up: Tensor, scale: float) -> Tensor:
    """The norm of each row of W + s B A, (out,), without making that matrix; a constant to the gradient.

    DoRA (Liu et al. 2024, section 4.3) divides by it:  |w + s b A|^2 = |w|^2 + 2 s (w A^T) . b + s^2 b A A^T . b
    """
    crossed = torch.linalg.vecdot(weight @ down.t(), up)
    own = torch.linalg.vecdot(up @ (down @ down.t()), up)
    squares = torch.linalg.vecdot(weight, weight).add_(crossed, alpha=2 * scale).add_(own, alpha=scale**2)
    norms: Tensor = squares.clamp_min_(0).sqrt_()
    return norms


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
