"""What TRL's SFTTrainer gets where every weight of a tiny model learns: for tests/model/test_parity_full.py to meet.

Called by `make parity`. For a family with a head of its own and one whose head is its embeddings: the gradients of one
optimizer step, and the loss. The weights are those that `parity.py` wrote.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from safetensors.torch import save_file
from torch import Tensor

FAMILIES = ("qwen3", "gemma-shared-keys")


def write(folder: Path, decoder: Callable[[str], Any], trained: Callable[[Any, int, int], tuple[float, Any]]) -> Any:
    """Write the gradients; returns the losses by family. `trained` takes one optimizer step of 4 times 3 rows."""
    losses = {}
    for family in FAMILIES:
        losses[family], gradients = trained(decoder(family), 3, 4)
        kept: dict[str, Tensor] = {name: value.contiguous() for name, value in gradients.items()}
        save_file(kept, folder / f"full-{family}.safetensors")
    return losses
