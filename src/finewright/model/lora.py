"""LoRA adapters: put on a base, saved as a plain PEFT folder, checked, loaded again. Knows no training and no task.

The adapter's digest is that of its weights and its PEFT configuration; `finewright.json` beside them says what it
belongs to and is not part of the digest, since results are added to it later.
"""

import json
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
from finewright.base.recipe import Lora
from finewright.model.fused import FusedLinear
from finewright.model.hub import Base
from finewright.model.lean import lean
from finewright.model.manifest import read_manifest
from finewright.model.quiet import quiet
from finewright.model.weights import refuse_pickles
from finewright.model.whole import scratch_folder, settle

_WEIGHTS, _CONFIG = "adapter_model.safetensors", "adapter_config.json"


def attach(model: PreTrainedModel, settings: Lora, *, seed: int) -> PeftModel:
    """The model with a new fp32 adapter that changes nothing yet; its start hangs on `seed` alone.

    The head and the embeddings get none. Raises InputError where `settings.modules` names a matrix that the model
    does not have.
    """
    _check_modules(model, settings)
    config = LoraConfig(
        r=settings.rank,
        lora_alpha=settings.alpha,
        lora_dropout=settings.dropout,
        target_modules=settings.modules,
        task_type="CAUSAL_LM",
    )
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
    for name, weight in _weights(folder / _WEIGHTS).items():
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
    if set(held) != set(_weights(folder / _WEIGHTS)):
        raise _mismatched(folder)
    return model.eval()


def adapter_digest(folder: Path) -> str:
    """SHA-256 over the digests of an adapter's weights and configuration files."""
    return digest_json({name: digest_file(folder / name) for name in (_WEIGHTS, _CONFIG)})


def _check_modules(model: PreTrainedModel, settings: Lora) -> None:
    """PEFT asks that one of the names fits, and passes over a misspelt one beside it."""
    if settings.modules == "all-linear":
        return
    head = model.get_output_embeddings()
    linear = [
        name for name, module in model.named_modules() if isinstance(module, (nn.Linear, Conv1D)) and module is not head
    ]
    unknown = [one for one in settings.modules if not any(f".{name}".endswith(f".{one}") for name in linear)]
    if unknown:
        known = sorted({name.rsplit(".", 1)[-1] for name in linear})
        raise InputError(
            f"the base has no matrix called {', '.join(unknown)}",
            remedy=f"set `train.lora.modules` to all-linear or some of: {', '.join(known)}",
        )


def _mismatched(folder: Path) -> AdapterError:
    return AdapterError(
        "is damaged: its weights are not those that its configuration describes",
        place=Place(folder),
        remedy="train again or restore it from a copy",
    )


def _weights(path: Path) -> dict[str, torch.Tensor]:
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
