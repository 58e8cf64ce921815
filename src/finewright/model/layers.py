"""A model's layers: which there are, which learn, what is set on them as a whole. Knows no batches and no training."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from torch import nn

from finewright.base.errors import BaseError, InputError
from finewright.model.attention import attending


def layers_of(model: nn.Module) -> nn.ModuleList:
    """The layers of a decoder or encoder, from the embeddings up. Raises BaseError where they cannot be told."""
    given: Any = model
    count = getattr(given.config, "num_hidden_layers", None)
    for module in model.modules():
        if isinstance(module, nn.ModuleList) and len(module) == count:
            return module
    raise BaseError("the base's layers are not one list of modules", remedy="leave `layers` out of the recipe")


def chosen_layers(asked: int | Sequence[int] | None, count: int) -> list[int]:
    """The layers that learn, of `count`, ascending: a number asks for that many of the top ones, None for all.

    Raises InputError where there are not so many.
    """
    if asked is None:
        return list(range(count))
    chosen = list(range(count - asked, count)) if isinstance(asked, int) else sorted(set(asked))
    if not chosen or chosen[0] < 0 or chosen[-1] >= count:
        raise InputError(
            f"the base has {count} layers, and `layers` asks for {asked}",
            remedy=f"write a number up to {count}, or a list of layers from 0 to {count - 1}",
        )
    return chosen


def checkpoint_layers(model: nn.Module) -> None:
    """Have each layer computed again in the backward pass, so that only its input is kept (Chen et al. 2016)."""
    given: Any = model
    trunk = given.get_decoder()

    def as_it_was() -> tuple[AbstractContextManager[None], AbstractContextManager[None]]:
        """Around a layer's first computation, and its second: that comes when the batch's own attention is set back."""
        return nullcontext(), attending(trunk, trunk.config._attn_implementation)

    # transformers 5.17 knows the older name alone.
    enable = getattr(given, "activation_checkpointing_enable", None) or given.gradient_checkpointing_enable
    # The reentrant kind needs an input that asks for a gradient, and loses keywords, a tree among them, on the way.
    enable({"use_reentrant": False, "context_fn": as_it_was})
