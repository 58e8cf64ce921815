"""A base's weights as they lie in a folder: which files, how many numbers, what digest. Opens safetensors alone.

Weights are hashed by content (name, type, shape and bytes of each tensor in the order of names), not by file, so the
same weights have one digest however they are split into files or whichever library version wrote them.
"""

import hashlib
import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open

from finewright.base.errors import AdapterError, BaseError, Place

_PICKLES = (".bin", ".pt", ".pth", ".pkl", ".ckpt", ".pickle")


def weight_files(folder: Path) -> list[Path]:
    """The safetensors files of a folder, by name."""
    return sorted(folder.glob("*.safetensors"))


def refuse_pickles(folder: Path, kind: type[BaseError] | type[AdapterError]) -> None:
    """Raise `kind` where the folder holds weights in a format that can run code when it is opened."""
    for path in sorted(folder.glob("*")):
        if path.suffix in _PICKLES:
            raise kind(
                "is a pickle, which can run any code when it is opened",
                place=Place(path),
                remedy="convert it to safetensors and remove it",
            )


def count_weights(folder: Path) -> int:
    """How many numbers the weights are; what is shared between layers is stored, and counted, once."""
    total = 0
    for path in weight_files(folder):
        with _opened(path) as stored:
            total += sum(math.prod(stored.get_slice(name).get_shape()) for name in stored.keys())  # noqa: SIM118
    return total


def digest_weights(folder: Path) -> str:
    """SHA-256 of all tensors. Raises BaseError where there are none, or pickled or damaged ones."""
    refuse_pickles(folder, BaseError)
    places = {name: path for path in weight_files(folder) for name in _names(path)}
    if not places:
        raise BaseError("there are no safetensors weights here", place=Place(folder), remedy="name a model folder")
    running = hashlib.sha256()
    for name, path in sorted(places.items()):
        with _opened(path) as stored:
            tensor = stored.get_tensor(name)
        running.update(f"{name}\0{tensor.dtype}\0{tuple(tensor.shape)}\0".encode())
        running.update(memoryview(tensor.contiguous().flatten().view(torch.uint8).numpy()))
    return running.hexdigest()


def _names(path: Path) -> list[str]:
    with _opened(path) as stored:
        return list(stored.keys())


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        with safe_open(path, "pt") as stored:
            yield stored
    except (SafetensorError, OSError) as fault:
        raise BaseError("is no readable safetensors file", place=Place(path), remedy="fetch the base again") from fault
