"""Going on from an adapter that was trained before, instead of from a new one. Knows no training.

The adapter to go on from must be what the recipe would make anew: same base, variant, ranks and matrices. Only then do
its weights mean the same, and what comes out is described by the recipe.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from peft import PeftModel, get_peft_model_state_dict, set_peft_model_state_dict

from finewright.base.errors import AdapterError, Place
from finewright.base.files import read_json
from finewright.base.portable import peft_keys
from finewright.base.recipe_train import Lora
from finewright.model import lora
from finewright.model.hub import Base
from finewright.model.quiet import quiet

_KEYS = {
    "use_dora": "variant",
    "use_rslora": "variant",
    "r": "rank",
    "lora_alpha": "alpha",
    "rank_pattern": "ranks",
    "alpha_pattern": "ranks",
}
"""PEFT's keys that decide what an adapter's weights mean, with the recipe's under `train.lora`."""
_NAMED = 3


def start_folder(path: Path) -> Path:
    """The adapter folder that `path` is, or holds as a run folder. Raises AdapterError where there is none."""
    for folder in (path, path / "adapter"):
        if (folder / "adapter_config.json").exists():
            return folder
    raise AdapterError(
        "there is no adapter to go on from here",
        place=Place(path),
        remedy="let `train.start` name a run folder or the `adapter` folder inside one",
    )


def check_start(path: Path, base: Base, settings: Lora) -> None:
    """Raise AdapterError where the adapter is unsafe, damaged, of another base, or of settings other than these."""
    folder = start_folder(path)
    lora.check(folder, base)
    found, wanted = _meaning(read_json(folder / "adapter_config.json")), _meaning(peft_keys(settings))
    other = list(dict.fromkeys(f"train.lora.{_KEYS[key]}" for key in _KEYS if found[key] != wanted[key]))
    if other:
        raise AdapterError(
            f"was trained with other settings than the recipe's ({', '.join(other)})",
            place=Place(folder),
            remedy=f"go on with its own: {_told(found)}",
        )


def go_on_from(model: PeftModel, path: Path) -> None:
    """Set the new adapter on `model` to the one in `path`. Raises AdapterError where it is for other matrices."""
    folder = start_folder(path)
    stored = lora.weights(folder)
    held = get_peft_model_state_dict(model, save_embedding_layers=False)
    differing = sorted(name for name in {*stored, *held} if _size(stored.get(name)) != _size(held.get(name)))
    if differing:
        more = f" and {len(differing) - _NAMED} more" if len(differing) > _NAMED else ""
        raise AdapterError(
            f"is not for the same matrices as the recipe's ({', '.join(differing[:_NAMED])}{more})",
            place=Place(folder),
            remedy="let `train.lora.modules` and `train.layers` name those that it was trained for",
        )
    with quiet():
        set_peft_model_state_dict(model, stored)


def _size(weight: Any) -> tuple[int, ...] | None:
    return None if weight is None else tuple(weight.shape)


def _meaning(config: Mapping[str, Any]) -> dict[str, Any]:
    return {key: config.get(key) or None for key in _KEYS}


def _told(config: Mapping[str, Any]) -> str:
    variant = "dora" if config["use_dora"] else "rslora" if config["use_rslora"] else "lora"
    ranks = f", ranks: {config['rank_pattern']}" if config["rank_pattern"] else ""
    return f"variant: {variant}, rank: {config['r']}, alpha: {config['lora_alpha']}{ranks}"
