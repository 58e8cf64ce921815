"""What PEFT gets for kinds of adapters on a tiny Llama: written for tests/model/test_parity_adapters.py to meet.

Called by `make parity` in the peers' environment. The base, and for every kind its weights, the logits of one row and
all gradients.
"""

import sys
from pathlib import Path

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import save_file
from torch import Tensor

TESTS = Path(__file__).resolve().parent.parent / "tests"
sys.path.insert(0, str(TESTS))
from support.parity_adapters import ADAPTERS, RANK, ROW, narrow  # noqa: E402

FILE = TESTS / "parity" / "expected" / "adapters.safetensors"


def main() -> None:
    """Write everything anew."""
    tensors = {f"base/{name}": value for name, value in narrow().state_dict().items() if name != "lm_head.weight"}
    for kind, keys in ADAPTERS.items():
        model = adapted(dict(keys))
        weights = {name: value for name, value in model.named_parameters() if value.requires_grad}
        logits = model(input_ids=torch.tensor([ROW])).logits
        logits.sin().sum().backward()
        tensors |= {f"{kind}/weight/{name}": value.detach() for name, value in weights.items()}
        tensors |= {f"{kind}/gradient/{name}": required(value.grad) for name, value in weights.items()}
        tensors[f"{kind}/logits"] = logits.detach()
    save_file({name: value.contiguous() for name, value in tensors.items()}, FILE)
    print(f"wrote {FILE.relative_to(TESTS.parent)}: {FILE.stat().st_size:,} bytes")


def adapted(keys: dict[str, object]) -> PeftModel:
    """The tiny Llama with an adapter that is not at its start."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = get_peft_model(narrow(), LoraConfig(r=RANK, task_type="CAUSAL_LM", **keys))
        for name, weight in model.named_parameters():
            if "lora_B" in name or "magnitude" in name:
                weight.data += 0.2 * torch.randn(weight.shape)
    return model.train()


def required(gradient: Tensor | None) -> Tensor:
    """A gradient that is there."""
    if gradient is None:
        raise ValueError("a weight got no gradient")
    return gradient


if __name__ == "__main__":
    main()
