"""What a run begins from: its base and the adapter it goes on from, with all that can be told before data is read."""

from finewright.base.recipe import Recipe
from finewright.model import lora
from finewright.model.hub import Base, find
from finewright.model.quantised import check_quantising, quantiser
from finewright.model.start import check_start, start_folder


def base_of(recipe: Recipe) -> Base:
    """The recipe's base, as it is stored.

    Raises BaseError where it is not stored, AdapterError where `train.start` is no adapter to go on from with this
    recipe, InputError where the base cannot be quantised here.
    """
    base, settings = find(recipe.base), recipe.train
    if settings.enabled and settings.quantise:
        check_quantising()
    if settings.enabled and settings.start:
        check_start(settings.start, base, settings.lora)
    return base


def base_identity(recipe: Recipe, base: Base) -> dict[str, str]:
    """The base that is trained on, in words that differ where its bits do."""
    quantised = {"quantised": quantiser()} if recipe.train.quantise else {}
    return {"base": base.digests.combined} | quantised


def start_digest(recipe: Recipe) -> str | None:
    """The digest of the adapter that training goes on from; None where it begins anew."""
    start = recipe.train.start
    return None if start is None else lora.adapter_digest(start_folder(start))
