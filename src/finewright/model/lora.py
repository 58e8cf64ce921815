"""LoRA adapters: put on a base, saved as a plain PEFT folder, checked, loaded again. Knows no training and no task.

The adapter's digest is that of its weights and its PEFT configuration; `finewright.json` beside them says what it
belongs to and is not part of the digest, since results are added to it later.
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, PeftModel, get_peft_model, get_peft_model_state_dict
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn
from transformers import PreTrainedModel
from transformers.pytorch_utils import Conv1D

from finewright.base.errors import AdapterError, FinewrightError, InputError, Place
from finewright.base.files import digest_file, digest_json
from finewright.base.portable import peft_keys
from finewright.base.recipe_train import Lora
from finewright.model.fused import FusedLinear
from finewright.model.hub import Base
from finewright.model.layers import chosen_layers, layers_of
from finewright.model.lean import lean
from finewright.model.manifest import read_manifest
from finewright.model.quantised import is_quantised
from finewright.model.quiet import quiet
from finewright.model.weights import refuse_pickles
from finewright.model.whole import scratch_folder, settle

_WEIGHTS, _CONFIG = "adapter_model.safetensors", "adapter_config.json"


def attach(
    model: PreTrainedModel,
    settings: Lora,
    *,
    seed: int,
    layers: int | Sequence[int] | None = None,
    task_type: str = "CAUSAL_LM",
) -> PeftModel:
    """The model with a new fp32 adapter that changes nothing yet; its start hangs on `seed` alone.

    The head and the embeddings get none, nor does anything outside the layers where some are chosen (`layers`: how
    many of the top ones, or which) or where the model has no head of its own (`task_type` FEATURE_EXTRACTION).

    Raises InputError where `settings` names a matrix, or `layers` a layer, that the model does not have.
    """
    everywhere = layers is None and task_type == "CAUSAL_LM"
    targets = _targets(_linear(model) if everywhere else _linear_within(model, layers), settings)
    # Short where it can be: the same names fit a base of any depth.
    names = settings.modules if everywhere else targets
    config = LoraConfig(**peft_keys(settings), target_modules=names, task_type=task_type)
    # 4-bit matrices are subclasses of nn.Linear with a layer of PEFT's own.
    if not is_quantised(model):
        config._register_custom_module({nn.Linear: FusedLinear})
    with torch.random.fork_rng(devices=[]), quiet():
        torch.manual_seed(seed)
        adapted = get_peft_model(model, config)
    lean(adapted)
    return adapted


def save(model: PeftModel, folder: Path, base: Base) -> None:
    """Write the adapter to `folder`, which appears whole or not at all; `adapter_config.json` names the public base.

    Raises FinewrightError where a weight is not finite, StorageError where it cannot be written.
    """
    for name, weight in model.named_parameters():
        if weight.requires_grad and not torch.isfinite(weight).all():
            raise FinewrightError(f"the adapter's `{name}` is not finite, so it is not saved")
    # A path of this machine must not travel with the adapter, nor make PEFT look for embeddings at a hub.
    model.peft_config["default"].base_model_name_or_path = base.public_id
    with scratch_folder(folder.parent) as scratch:
        with quiet():
            model.save_pretrained(str(scratch), save_embedding_layers=False)
        (scratch / "README.md").unlink(missing_ok=True)
        _tidy(scratch / _CONFIG)
        settle(scratch, folder)


def check(folder: Path, base: Base) -> None:
    """Raise AdapterError where the folder is unsafe to open, damaged, or an adapter for another base than `base`."""
    refuse_pickles(folder, AdapterError)
    for name in (_WEIGHTS, _CONFIG):
        if not (folder / name).exists():
            raise AdapterError(f"has no {name}", place=Place(folder), remedy="name a whole adapter folder")
    manifest = read_manifest(folder)
    if manifest.digests != base.digests:
        raise AdapterError(
            f"was trained on another base: on `{manifest.base}` ({manifest.digests.combined[:12]}), "
            f"not on `{base.name}` ({base.digests.combined[:12]})",
            place=Place(folder),
            remedy="use it on its own base, or train again on this one",
        )
    for name, weight in weights(folder).items():
        if not torch.isfinite(weight).all():
            raise AdapterError(f"holds weights that are not finite ({name})", place=Place(folder), remedy="train again")


def load(model: PreTrainedModel | PeftModel, folder: Path, base: Base, name: str) -> PeftModel:
    """The model with the stored adapter under `name`, for inference; beside others where it has some already.

    Raises what `check` raises, and AdapterError where weights and configuration do not go together.
    """
    check(folder, base)
    with quiet():
        try:
            if isinstance(model, PeftModel):
                model.load_adapter(str(folder), adapter_name=name, is_trainable=False)
            else:
                model = PeftModel.from_pretrained(model, str(folder), adapter_name=name, is_trainable=False)
        except (ValueError, TypeError, RuntimeError) as fault:
            raise _mismatched(folder) from fault
    # PEFT leaves a matrix that the file lacks at its random start, with no more than a warning.
    held = get_peft_model_state_dict(model, adapter_name=name, save_embedding_layers=False)
    if set(held) != set(weights(folder)):
        raise _mismatched(folder)
    return model.eval()


def adapter_digest(folder: Path) -> str:
    """SHA-256 over the digests of an adapter's weights and configuration files."""
    return digest_json({name: digest_file(folder / name) for name in (_WEIGHTS, _CONFIG)})


def _linear(model: nn.Module) -> dict[str, nn.Module]:
    """The model's linear matrices by name, without its head."""
    head = model.get_output_embeddings() if isinstance(model, PreTrainedModel) else None
    found = model.named_modules()
    return {name: one for name, one in found if isinstance(one, (nn.Linear, Conv1D)) and one is not head}


def _linear_within(model: nn.Module, layers: int | Sequence[int] | None) -> dict[str, nn.Module]:
    """Those of the chosen layers alone: no pooler, no projection beside them."""
    every = layers_of(model)
    chosen = [every[number] for number in chosen_layers(layers, len(every))]
    within = {id(module) for layer in chosen for module in layer.modules()}
    return {name: one for name, one in _linear(model).items() if id(one) in within}


def _targets(linear: Iterable[str], settings: Lora) -> list[str]:
    """Which of these matrices get an adapter.

    PEFT asks that one of the names fits, and passes over a misspelt one beside it.
    """
    linear = list(linear)
    asked = [""] if settings.modules == "all-linear" else settings.modules
    unknown = [one for one in asked if not any(_called(name, one) for name in linear)]
    if unknown:
        raise InputError(
            f"the base has no matrix called {', '.join(unknown)}",
            remedy=f"set `train.lora.modules` to all-linear or some of: {_known(linear)}",
        )
    targets = [name for name in linear if any(_called(name, one) for one in asked)]
    _check_ranks(targets, settings)
    return targets


def _check_ranks(targets: Sequence[str], settings: Lora) -> None:
    """PEFT passes over a name that fits nothing, and takes the first of two that fit the same matrix."""
    idle = [one for one in settings.ranks if not any(_called(name, one) for name in targets)]
    if idle:
        raise InputError(
            f"`train.lora.ranks` names {', '.join(idle)}, which gets no adapter",
            remedy=f"name some of: {_known(targets)}",
        )
    for name in targets:
        several = [one for one in settings.ranks if _called(name, one)]
        if len(several) > 1:
            raise InputError(
                f"`train.lora.ranks` gives `{name}` two ranks, as {' and as '.join(several)}",
                remedy="name each matrix once",
            )


def _called(name: str, asked: str) -> bool:
    return not asked or f".{name}".endswith(f".{asked}")


def _known(names: Sequence[str]) -> str:
    return ", ".join(sorted({name.rsplit(".", 1)[-1] for name in names}))


def _mismatched(folder: Path) -> AdapterError:
    return AdapterError(
        "is damaged: its weights are not those that its configuration describes",
        place=Place(folder),
        remedy="train again or restore it from a copy",
    )


def weights(folder: Path) -> dict[str, torch.Tensor]:
    """A stored adapter's tensors by name. Raises AdapterError where they cannot be read."""
    path = folder / _WEIGHTS
    try:
        return load_file(path)
    except (SafetensorError, OSError) as fault:
        raise AdapterError(
            "is no readable safetensors file", place=Place(path), remedy="train again or restore it from a copy"
        ) from fault


def _tidy(path: Path) -> None:
    """Sets come out of PEFT in any order: sorted, the same adapter has the same bytes."""
    config: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    ordered = {
        key: sorted(value) if key == "target_modules" and isinstance(value, list) else value
        for key, value in config.items()
    }
    path.write_text(json.dumps(ordered, indent=2, sort_keys=True) + "\n", encoding="utf-8")
