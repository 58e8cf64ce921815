"""What a training begins with: the base, and on it whatever the recipe trains. Knows no examples and no loop."""

from peft import PeftModel
from transformers import PreTrainedModel

from finewright.base.recipe import Recipe
from finewright.model import full, lora
from finewright.model.hub import Base, load_decoder
from finewright.model.layers import checkpoint_layers
from finewright.model.start import go_on_from


def opened(recipe: Recipe, base: Base) -> PreTrainedModel | PeftModel:
    """The base with what the recipe trains of it: a new adapter, or its own weights."""
    settings = recipe.train
    model = load_decoder(base, quantise=settings.quantise is not None)
    ready = full.unfreeze(model, settings) if settings.method == "full" else _adapted(model, recipe)
    if settings.gradient_checkpointing:
        checkpoint_layers(ready)
    return ready


def _adapted(model: PreTrainedModel, recipe: Recipe) -> PeftModel:
    """The model with a new adapter, or with the one that training goes on from."""
    settings = recipe.train
    adapted = lora.attach(model, settings.lora, seed=recipe.seed, layers=settings.layers)
    if settings.start is not None:
        go_on_from(adapted, settings.start)
    return adapted
