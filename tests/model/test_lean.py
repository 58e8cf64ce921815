"""Lean norms and gated blocks against the modules they stand for, and that nothing else is replaced."""

import copy
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from finewright.base.recipe_train import Lora
from finewright.model import lora
from finewright.model.lean import LeanGated, LeanNorm, lean
from support.parity_models import decoder


def kinds(model: nn.Module) -> dict[str, int]:
    """How many lean modules there are."""
    found = [type(module) for module in model.modules()]
    return {"norms": found.count(LeanNorm), "blocks": found.count(LeanGated)}


@pytest.mark.parametrize(
    ("family", "wanted"),
    [
        ("llama", {"norms": 5, "blocks": 2}),
        ("qwen3", {"norms": 9, "blocks": 2}),  # two more norms a layer, for queries and keys
        ("mistral-window", {"norms": 5, "blocks": 2}),
        ("gemma-shared-keys", {"norms": 0, "blocks": 0}),  # one is added to the norm's weight, and the gate is a GELU
        ("gemma2-softcap", {"norms": 0, "blocks": 0}),
    ],
)
def test_what_is_replaced(family: str, wanted: dict[str, int]) -> None:
    assert kinds(lora.attach(decoder(family), Lora(rank=2), seed=0)) == wanted


def moved(model: nn.Module) -> nn.Module:
    draw = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "lora_" in name:
                weight.copy_(0.3 * torch.randn(weight.shape, generator=draw))
    return model.train().double()


def learned(model: nn.Module, tokens: Tensor) -> list[Tensor]:
    logits = model(input_ids=tokens).logits
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    return [logits, *torch.autograd.grad(logits.sin().sum(), weights)]


@pytest.mark.parametrize("modules", ["all-linear", ["q_proj", "up_proj"]])
@pytest.mark.parametrize("family", ["llama", "qwen3"])
def test_output_and_gradients_are_those_of_the_originals(
    family: str, modules: str | list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Lora.model_validate({"rank": 2, "modules": modules})
    made = moved(lora.attach(decoder(family), settings, seed=0))
    monkeypatch.setattr(lora, "lean", lambda model: None)
    plain = moved(lora.attach(decoder(family), settings, seed=0))
    assert kinds(made) != kinds(plain)
    tokens = torch.arange(1, 21).view(2, 10)
    for one, other in zip(learned(made, tokens), learned(plain, tokens), strict=True):
        # transformers' norms round to float32 on the way, whatever comes in.
        torch.testing.assert_close(one, other, rtol=1e-3, atol=2e-5)


def test_the_norm_s_gradient_is_that_of_finite_differences() -> None:
    weight = nn.Parameter(torch.randn(6, dtype=torch.float64), requires_grad=False)
    x = torch.randn(3, 6, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(LeanNorm(weight, 1e-3), (x,))


def test_names_and_files_stay_those_of_peft(tmp_path: Path) -> None:
    made = lora.attach(decoder("llama"), Lora(rank=2), seed=0)
    names = [name for name, _ in made.named_parameters()]
    assert any(name.endswith("layers.1.mlp.down_proj.lora_A.default.weight") for name in names)
    assert any(name.endswith("layers.0.input_layernorm.weight") for name in names)


class Shifted(nn.Module):
    """Looks like an RMS norm, and is none."""

    def __init__(self) -> None:
        super().__init__()
        self.weight, self.variance_epsilon = nn.Parameter(torch.ones(4), requires_grad=False), 1e-6

    def forward(self, x: Tensor) -> Tensor:
        return self.weight * x + 1


def test_what_only_looks_alike_is_left_alone() -> None:
    model = nn.Sequential(Shifted())
    lean(model)
    assert isinstance(model[0], Shifted)


def test_a_norm_that_is_trained_is_left_alone() -> None:
    model = copy.deepcopy(decoder("llama"))
    lean(model)
    assert kinds(model)["norms"] == 0
