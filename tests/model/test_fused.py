"""The fused LoRA layer against PEFT's own, forwards and backwards, and where it stands aside."""

import copy
from typing import Any

import pytest
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from peft.tuners.lora import Linear
from torch import Tensor, nn

from finewright.base.recipe_train import Lora
from finewright.model import lora
from finewright.model.fused import FusedLinear, LoraProduct, row_norms
from finewright.model.quiet import quiet
from support.parity_models import decoder


class Alone(nn.Module):
    """One linear layer, with a bias."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(12, 7)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.layer(x)
        return out


def pair(dropout: float = 0.0) -> tuple[nn.Module, nn.Module]:
    """The same layer with the same adapter, fused and as PEFT has it."""
    torch.manual_seed(0)
    base, made = Alone(), []
    for fuse in (True, False):
        config = LoraConfig(r=3, lora_alpha=5, lora_dropout=dropout, target_modules=["layer"])
        if fuse:
            config._register_custom_module({nn.Linear: FusedLinear})
        model = get_peft_model(copy.deepcopy(base), config)
        draw = torch.Generator().manual_seed(2)
        with torch.no_grad():
            for name, weight in model.named_parameters():
                if "lora_" in name:
                    weight.copy_(torch.randn(weight.shape, generator=draw))
        made.append(model.train())
    return made[0], made[1]


def learned(model: nn.Module, x: Tensor) -> list[Tensor]:
    x = x.clone().requires_grad_()
    out = model(x)
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    return [out, *torch.autograd.grad(out.sin().sum(), [x, *weights])]


def test_it_is_peft_s_layer_in_output_and_all_gradients() -> None:
    fused, plain = pair()
    x = torch.randn(2, 5, 12)
    for one, other in zip(learned(fused, x), learned(plain, x), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-6)


def test_gradients_are_those_of_finite_differences() -> None:
    x, down, up = (torch.randn(*shape, dtype=torch.float64, requires_grad=True) for shape in ((4, 6), (2, 6), (5, 2)))
    weight, bias = torch.randn(5, 6, dtype=torch.float64), torch.randn(5, dtype=torch.float64)
    assert torch.autograd.gradcheck(lambda a, b, c: LoraProduct.apply(a, weight, bias, b, c, 0.7), (x, down, up))


def calls(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    seen = [0]
    product = LoraProduct.apply

    def noted(*given: Any) -> Any:
        seen[0] += 1
        return product(*given)

    monkeypatch.setattr(LoraProduct, "apply", noted)
    return seen


def test_it_stands_aside_for_dropout_merging_and_a_disabled_adapter(monkeypatch: pytest.MonkeyPatch) -> None:
    seen, x = calls(monkeypatch), torch.randn(3, 12)
    fused, plain = pair()
    fused(x)
    assert seen == [1]
    with fused.disable_adapter():  # type: ignore[operator]
        torch.testing.assert_close(fused(x), fused.base_model.model.layer.base_layer(x))  # type: ignore[union-attr]
    fused.merge_adapter()  # type: ignore[operator]
    torch.testing.assert_close(fused(x), plain(x))
    dropping, _ = pair(dropout=0.5)
    dropping(x)
    assert seen == [1]
    dropping.eval()(x)
    assert seen == [2]


def test_the_adapter_is_saved_under_peft_s_names(tmp_path: Any) -> None:
    model = lora.attach(decoder("llama"), Lora(rank=2), seed=0)
    assert any(type(module) is FusedLinear for module in model.modules())
    model.save_pretrained(tmp_path)
    with quiet():
        again = PeftModel.from_pretrained(decoder("llama"), tmp_path)
    assert any(type(module) is Linear for module in again.modules())
    assert [name for name, _ in model.named_parameters()] == [name for name, _ in again.named_parameters()]


def test_dora_is_fused_with_a_bias_too(monkeypatch: pytest.MonkeyPatch) -> None:
    seen, x, made = calls(monkeypatch), torch.randn(2, 5, 12), []
    for fuse in (True, False):
        torch.manual_seed(0)
        config = LoraConfig(r=3, lora_alpha=5, use_dora=True, target_modules=["layer"])
        if fuse:
            config._register_custom_module({nn.Linear: FusedLinear})
        model = get_peft_model(Alone(), config)
        with torch.no_grad():
            for name, weight in model.named_parameters():
                if "lora_" in name:
                    weight.add_(torch.linspace(-0.5, 0.5, weight.numel()).reshape(weight.shape))
        made.append(learned(model.train(), x))
    assert seen == [1]
    assert len(made[0]) == 5
    for one, other in zip(*made, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-5)


def test_row_norms_are_those_of_the_matrix_made() -> None:
    draw = torch.Generator().manual_seed(0)
    weight, down, up = (torch.randn(*shape, generator=draw) for shape in ((9, 6), (3, 6), (9, 3)))
    torch.testing.assert_close(row_norms(weight, down, up, 0.7), (weight + 0.7 * up @ down).norm(dim=1))
    # A row that the update takes away: rounding must not make it less than nothing.
    assert row_norms(up @ down, down, up, -1.0).isfinite().all()
