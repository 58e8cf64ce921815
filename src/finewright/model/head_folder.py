"""A trained classifier as a folder: its trunk or adapter, its head, and what is needed to ask it. Knows no training.

model.safetensors, config.json, tokenizer ...      a plain transformers model, where all weights were trained
adapter_model.safetensors, adapter_config.json     a plain PEFT adapter, where an adapter was
head.safetensors, head.json                        the head's weights; its kind, labels, pooling and temperature
finewright.json                                    what it belongs to (`model/manifest.py`)
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

import torch
from peft import PeftModel
from pydantic import TypeAdapter, ValidationError
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from transformers import PreTrainedModel

from finewright.base.errors import AdapterError, FinewrightError, InputError, Place, StorageError
from finewright.base.files import read_json, write_json
from finewright.model import full, lora
from finewright.model.classifier import Classifier, HeadKind
from finewright.model.encoder import Pooling, load_encoder
from finewright.model.hub import Base, load_decoder
from finewright.model.manifest import Manifest, write_manifest
from finewright.model.vocabulary import whole_table
from finewright.model.whole import scratch_folder, settle

_WEIGHTS, _SPEC, _ADAPTER = "head.safetensors", "head.json", "adapter_config.json"


@dataclass(frozen=True, slots=True)
class HeadSpec:
    """What a head is and how it is asked.

    kind          classes, labels, ordinal or reward
    labels        in the order of the head's columns; of an ordinal one from the lowest to the highest; none of a reward
    pooling       which of an encoder's states it reads; None: a decoder's last
    longest       most tokens of a text, what is beyond is cut
    temperature   what scores are divided by
    """

    kind: HeadKind
    labels: tuple[str, ...]
    pooling: Pooling | None
    longest: int
    temperature: float = 1.0


_READER = TypeAdapter(HeadSpec)


def head_spec(
    kind: HeadKind, labels: Sequence[str], base: Base, pooling: Pooling | Literal["auto"], longest: int
) -> HeadSpec:
    """The head for these labels on this base. Raises InputError where the base has no such states."""
    if base.kind == "encoder":
        return HeadSpec(kind, tuple(labels), "mean" if pooling == "auto" else pooling, longest)
    if pooling not in ("auto", "last"):
        raise InputError(
            f"`arms.encoder.pooling: {pooling}` does not go with the decoder `{base.name}`, of whose states the last "
            "alone has seen the whole text",
            remedy="write auto or last, or choose an embedding base",
        )
    return HeadSpec(kind, tuple(labels), None, longest)


def is_head(folder: Path) -> bool:
    """Whether a folder holds a head."""
    return (folder / _SPEC).exists()


def load_trunk(base: Base) -> PreTrainedModel:
    """The model under a head: an encoder or a decoder, as the base is one or the other. Raises BaseError."""
    return load_decoder(base) if base.kind == "decoder" else load_encoder(base)


def save(model: Classifier, spec: HeadSpec, folder: Path, base: Base, manifest: Manifest) -> None:
    """Write the classifier, with its temperature, to `folder`, which appears whole or not at all.

    Raises FinewrightError where a weight is not finite, StorageError where it cannot be written.
    """
    head = {name: weight.detach().contiguous() for name, weight in model.head.state_dict().items()}
    for name, weight in head.items():
        if not torch.isfinite(weight).all():
            raise FinewrightError(f"the head's `{name}` is not finite, so it is not saved")
    whole_table(model.bare)
    trunk: Any = model.trunk
    with scratch_folder(folder.parent) as scratch:
        made = scratch / "trunk"
        (lora if isinstance(trunk, PeftModel) else full).save(trunk, made, base)
        for path in made.iterdir():
            path.rename(scratch / path.name)
        made.rmdir()
        save_file(head, scratch / _WEIGHTS)
        write_json(scratch / _SPEC, asdict(replace(spec, temperature=model.temperature)))
        write_manifest(scratch, manifest)
        settle(scratch, folder)


def load(folder: Path, base: Base) -> tuple[Classifier, HeadSpec]:
    """The stored classifier, for inference, and how it is asked.

    Raises AdapterError where the folder is unsafe to open, damaged, or was not made from `base`.
    """
    spec = read_spec(folder)
    trunk: PreTrainedModel | PeftModel
    if (folder / _ADAPTER).exists():
        trunk = lora.load(load_trunk(base), folder, base, "head")
    else:
        full.check(folder, base)
        trunk = load_trunk(replace(base, folder=folder))
    model = Classifier(trunk, spec.kind, len(spec.labels), spec.pooling, seed=0)
    try:
        model.head.load_state_dict(load_file(folder / _WEIGHTS))
    except (SafetensorError, OSError, RuntimeError) as fault:
        raise _damaged(folder / _WEIGHTS) from fault
    model.temperature = spec.temperature
    return model.requires_grad_(False).eval(), spec


def read_spec(folder: Path) -> HeadSpec:
    """How the head of a folder is asked. Raises AdapterError where that is damaged."""
    try:
        return _READER.validate_python(read_json(folder / _SPEC))
    except (StorageError, ValidationError) as fault:
        raise _damaged(folder / _SPEC) from fault


def _damaged(path: Path) -> AdapterError:
    return AdapterError(
        "is damaged, or does not belong to this head",
        place=Place(path),
        remedy="train it again or restore it from a copy",
    )
