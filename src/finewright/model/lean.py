"""A decoder's norms and gated feed-forward blocks with fewer passes over memory and less kept for the backward pass.

The modules keep the originals' weights, children and names, so adapters are saved, merged and loaded as before. A
module is replaced only where it computes the same on random input: what a base's code says otherwise is left alone.
Knows the usual shapes of such modules; no particular base, no batches.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from finewright.model.fused import FusedLinear

_CLOSE = 1e-5
_CHILDREN = {"gate_proj", "up_proj", "down_proj", "act_fn"}


def lean(model: nn.Module) -> None:
    """Replace, in place, frozen RMS norms and SiLU-gated blocks of `model` by lean ones that compute the same."""
    known: dict[type[nn.Module], bool] = {}
    for parent in list(model.modules()):
        for name, module in list(parent.named_children()):
            made = _lean(module)
            if made is None:
                continue
            if type(module) not in known:
                known[type(module)] = _same(module, made)
            if known[type(module)]:
                setattr(parent, name, made)


class LeanNorm(nn.Module):
    """weight * x / sqrt(mean(x^2) + eps) over the last dimension (Zhang and Sennrich 2019); the weight is frozen."""

    def __init__(self, weight: nn.Parameter, eps: float) -> None:
        super().__init__()
        self.weight, self.eps = weight, eps

    def forward(self, x: Tensor) -> Tensor:
        """(..., H) -> (..., H)."""
        out: Tensor = _Norm.apply(x, self.weight, self.eps)  # type: ignore[no-untyped-call]
        return out


class LeanGated(nn.Module):
    """down(silu(gate(x)) * up(x)), where `down` has one fused adapter; otherwise as the block it stands for."""

    def __init__(self, block: Any) -> None:
        super().__init__()
        self.gate_proj: nn.Module = block.gate_proj
        self.up_proj: nn.Module = block.up_proj
        self.down_proj: nn.Module = block.down_proj
        self.act_fn: nn.Module = block.act_fn

    def forward(self, x: Tensor) -> Tensor:
        """(..., H) -> (..., H)."""
        gate, up, down = self.gate_proj(x), self.up_proj(x), self.down_proj
        plain = down.plain(gate) if isinstance(down, FusedLinear) else None
        if plain is None:
            usual: Tensor = down(self.act_fn(gate) * up)
            return usual
        fused: Tensor = _GatedDown.apply(gate, up, *plain)  # type: ignore[no-untyped-call]
        return fused


class _Norm(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, eps: float) -> Tensor:
        wide = x.to(torch.promote_types(x.dtype, torch.float32))
        inverse = torch.linalg.vector_norm(wide, dim=-1, keepdim=True).square_().div_(x.shape[-1]).add_(eps).rsqrt_()
        ctx.save_for_backward(x, weight, inverse)
        out: Tensor = (wide * inverse).to(x.dtype).mul_(weight)
        return out

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Any:
        # r = 1 / sqrt(mean(x^2) + eps) and h = weight * gradient:  dx = r h - x r^3 (h . x) / H
        x, weight, inverse = ctx.saved_tensors
        scaled = (gradient * weight).to(inverse.dtype)
        along = torch.linalg.vecdot(scaled, x.to(inverse.dtype))[..., None].mul_(inverse.pow(3)).div_(-x.shape[-1])
        return scaled.mul_(inverse).addcmul_(x, along).to(x.dtype), None, None


class _GatedDown(torch.autograd.Function):
    """Keeps gate and up, and computes their product again: it is as wide as both, and a pass over memory makes it."""

    @staticmethod
    def forward(
        ctx: Any, gate: Tensor, up: Tensor, weight: Tensor, bias: Tensor | None, a: Tensor, b: Tensor, scale: float
    ) -> Tensor:
        product = functional.silu(gate).mul_(up).flatten(0, -2)
        low = product @ a.t()  # (T, r)
        out = functional.linear(product, weight, bias).addmm_(low, b.t(), alpha=scale)
        ctx.save_for_backward(gate, up, low, weight, a, b)
        ctx.scale = scale
        return out.view(*gate.shape[:-1], -1)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Any:
        gate, up, low, weight, a, b = ctx.saved_tensors
        gradient = gradient.flatten(0, -2)
        of_low = (gradient @ b).mul_(ctx.scale)  # (T, r)
        of_product = (gradient @ weight).addmm_(of_low, a).view(gate.shape)
        active = functional.silu(gate)
        of_a = of_low.t() @ (active * up).flatten(0, -2)
        of_b = (gradient.t() @ low).mul_(ctx.scale)
        of_up = active.mul_(of_product)
        of_gate = torch.ops.aten.silu_backward(of_product.mul_(up), gate)
        return of_gate, of_up, None, None, of_a, of_b, None


def _lean(module: nn.Module) -> nn.Module | None:
    """The lean twin of a module that looks like one of ours."""
    weight, eps = getattr(module, "weight", None), getattr(module, "variance_epsilon", None)
    if isinstance(weight, nn.Parameter) and isinstance(eps, float) and not list(module.children()):
        return LeanNorm(weight, eps) if not weight.requires_grad else None
    children = dict(module.named_children())
    # Only with the product that it makes cheaper: without, the twin would be the same on any input, and prove nothing.
    if children.keys() == _CHILDREN and isinstance(children["down_proj"], FusedLinear):
        return LeanGated(module)
    return None


@torch.no_grad()
def _same(module: nn.Module, made: nn.Module) -> bool:
    """Whether both compute the same on random input."""
    weight = made.weight if isinstance(made, LeanNorm) else next(module.parameters())
    draw = torch.Generator().manual_seed(0)
    x = torch.randn(3, weight.shape[-1], generator=draw).to(weight)[None]
    try:
        return bool(torch.allclose(module(x), made(x), rtol=_CLOSE, atol=_CLOSE))
    except (RuntimeError, TypeError):
        return False
