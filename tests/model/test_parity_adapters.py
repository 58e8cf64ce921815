"""rsLoRA, DoRA, ranks and layers of their own beside plain PEFT's figures, as `make parity` wrote them.

The figures come from the peers' environment; `test_variants.py` holds more kinds against PEFT as it is installed here.
"""

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from finewright.base.recipe_train import Lora
from finewright.model import lora
from support.parity_adapters import ADAPTERS, ROW, narrow

FILE = Path(__file__).resolve().parents[1] / "parity" / "expected" / "adapters.safetensors"
OURS: dict[str, tuple[Lora, Any]] = {
    "rslora": (Lora(rank=2, alpha=3, variant="rslora"), None),
    "dora": (Lora(rank=2, alpha=3, variant="dora"), None),
    "ranks": (Lora(rank=2, alpha=3, ranks={"down_proj": 4}), None),
    "layers": (Lora(rank=2, alpha=3), 1),
}


def under(prefix: str, tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}


@pytest.mark.parametrize("kind", ADAPTERS)
def test_a_row_s_logits_and_gradients_are_those_of_peft(kind: str) -> None:
    tensors, base = load_file(FILE), narrow()
    base.load_state_dict(under("base/", tensors), strict=False)
    base.tie_weights()
    settings, layers = OURS[kind]
    model = lora.attach(base, settings, seed=0, layers=layers).train()
    stored = under(f"{kind}/weight/", tensors)
    learning = {name: weight for name, weight in model.named_parameters() if weight.requires_grad}
    assert learning.keys() == stored.keys()
    with torch.no_grad():
        for name, weight in learning.items():
            weight.copy_(stored[name])
    logits = model(input_ids=torch.tensor([ROW])).logits
    torch.testing.assert_close(logits.detach(), tensors[f"{kind}/logits"], rtol=1e-5, atol=1e-5)
    logits.sin().sum().backward()
    for name, wanted in under(f"{kind}/gradient/", tensors).items():
        found = learning[name].grad
        assert found is not None
        assert float((found - wanted).norm()) <= 1e-4 * float(wanted.norm()), name


def test_the_figures_tell_one_kind_from_another() -> None:
    """A check of the check: gradients of some size, and logits that differ from the base's."""
    tensors = load_file(FILE)
    plain = narrow()
    plain.load_state_dict(under("base/", tensors), strict=False)
    plain.tie_weights()
    with torch.no_grad():
        bare = plain(input_ids=torch.tensor([ROW])).logits
    for kind in ADAPTERS:
        assert float((tensors[f"{kind}/logits"] - bare).abs().max()) > 0.05
        assert all(float(one.norm()) > 1e-4 for one in under(f"{kind}/gradient/", tensors).values())
