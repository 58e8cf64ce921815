"""All weights of a decoder, or those of some layers, to be trained and saved as a model of its own.

The saved folder is a plain transformers model with the base's tokenizer and template, and `finewright.json` beside
them. Knows no training and no task.
"""

import shutil
from pathlib import Path

import torch
from transformers import PreTrainedModel

from finewright.base.errors import AdapterError, FinewrightError, Place
from finewright.base.recipe_train import Learning
from finewright.model.digests import digests_of
from finewright.model.hub import Base, load_decoder
from finewright.model.layers import chosen_layers, layers_of
from finewright.model.manifest import read_manifest
from finewright.model.quiet import quiet
from finewright.model.weights import refuse_pickles
from finewright.model.whole import scratch_folder, settle

_TOKENIZER = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "chat_template.jinja",
)


def unfreeze(model: PreTrainedModel, settings: Learning) -> PreTrainedModel:
    """The model with the weights that are to learn asking for a gradient, and no others.

    Without `settings.layers` all do, embeddings and head included; with it, those of these layers alone. Raises
    InputError where the model has no such layer.
    """
    model.requires_grad_(settings.layers is None)
    if settings.layers is not None:
        layers = layers_of(model)
        for number in chosen_layers(settings.layers, len(layers)):
            layers[number].requires_grad_(True)
    return model


def save(model: PreTrainedModel, folder: Path, base: Base) -> None:
    """Write the model to `folder`, which appears whole or not at all.

    Raises FinewrightError where a weight is not finite, StorageError where it cannot be written.
    """
    for name, weight in model.named_parameters():
        if not torch.isfinite(weight).all():
            raise FinewrightError(f"the model's `{name}` is not finite, so it is not saved")
    with scratch_folder(folder.parent) as scratch:
        with quiet():
            model.save_pretrained(str(scratch))
        for name in _TOKENIZER:
            if (base.folder / name).exists():
                shutil.copyfile(base.folder / name, scratch / name)
        settle(scratch, folder)


def check(folder: Path, base: Base) -> None:
    """Raise AdapterError where the folder is unsafe to open, no whole model, or was not made from `base`."""
    refuse_pickles(folder, AdapterError)
    manifest = read_manifest(folder)
    if manifest.digests != base.digests:
        raise AdapterError(
            f"was made from another base: from `{manifest.base}` ({manifest.digests.combined[:12]}), "
            f"not from `{base.name}` ({base.digests.combined[:12]})",
            place=Place(folder),
            remedy="train again on this base",
        )


def load(folder: Path, base: Base) -> PreTrainedModel:
    """The stored model for inference. Raises what `check` and `load_decoder` raise."""
    check(folder, base)
    return load_decoder(stored(folder, base))


def stored(folder: Path, base: Base) -> Base:
    """The saved model as a base of its own: what made it stays in its manifest."""
    return Base(str(folder), "decoder", base.public_id, folder, digests_of(folder), base.context, base.parameters)


def model_digest(folder: Path) -> str:
    """SHA-256 over weights, tokenizer and template."""
    return digests_of(folder).combined
