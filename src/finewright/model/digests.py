"""What makes a base that base: digests of its weights, tokenizer and chat template. Knows folders, no names.

Weights are hashed by content (name, type, shape and bytes of each tensor in the order of names), not by file, so the
same weights have one digest however they are split into files or which library version wrote the header.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open

from finewright.base.errors import AdapterError, BaseError, Place
from finewright.base.files import digest_bytes, digest_json

_PICKLES = (".bin", ".pt", ".pth", ".pkl", ".ckpt", ".pickle")


@dataclass(frozen=True, slots=True)
class BaseDigests:
    """SHA-256 of each part, in hex."""

    weights: str
    tokenizer: str
    template: str

    @property
    def combined(self) -> str:
        """One digest of all three."""
        return digest_json(asdict(self))


def digests_of(folder: Path) -> BaseDigests:
    """Hash a transformers folder; reads all its weights. Raises BaseError where weights or tokenizer are missing."""
    return BaseDigests(_weights(folder), _tokenizer(folder), _template(folder))


def refuse_pickles(folder: Path, kind: type[BaseError] | type[AdapterError]) -> None:
    """Raise `kind` where the folder holds weights in a format that can run code when it is opened."""
    for path in sorted(folder.glob("*")):
        if path.suffix in _PICKLES:
            raise kind(
                "is a pickle, which can run any code when it is opened",
                place=Place(path),
                remedy="convert it to safetensors and remove it",
            )


def weight_files(folder: Path) -> list[Path]:
    """The safetensors files of a folder, by name."""
    return sorted(folder.glob("*.safetensors"))


def _weights(folder: Path) -> str:
    names = {name: file for file in weight_files(folder) for name in _names(file)}
    if not names:
        raise BaseError("there are no safetensors weights here", place=Place(folder), remedy="name a model folder")
    running = hashlib.sha256()
    for name, file in sorted(names.items()):
        with safe_open(file, "pt") as stored:
            tensor = stored.get_tensor(name)
        running.update(f"{name}\0{tensor.dtype}\0{tuple(tensor.shape)}\0".encode())
        running.update(memoryview(tensor.contiguous().flatten().view(torch.uint8).numpy()))
    return running.hexdigest()


def _names(path: Path) -> list[str]:
    try:
        with safe_open(path, "pt") as stored:
            return list(stored.keys())
    except (SafetensorError, OSError) as fault:
        raise BaseError("is no readable safetensors file", place=Place(path), remedy="fetch the base again") from fault


def _tokenizer(folder: Path) -> str:
    path = folder / "tokenizer.json"
    if not path.exists():
        raise BaseError("there is no tokenizer.json here", place=Place(folder), remedy="name a model folder")
    settings = _json(folder / "tokenizer_config.json")
    special = {key: value for key, value in sorted(settings.items()) if key.endswith("_token")}
    return digest_json([_json(path), special])


def _template(folder: Path) -> str:
    path = folder / "chat_template.jinja"
    text = (
        path.read_text(encoding="utf-8")
        if path.exists()
        else _json(folder / "tokenizer_config.json").get("chat_template")
    )
    return digest_bytes(text.encode()) if isinstance(text, str) else digest_json(text)


def _json(path: Path) -> dict[str, object]:
    if not path.exists():
        return {}
    try:
        value: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as fault:
        raise BaseError("is not JSON", place=Place(path), remedy="fetch the base again") from fault
    return value
