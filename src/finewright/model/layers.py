"""What is set on a decoder's layers as a whole. Knows no batches and no training loop."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

from torch import nn

from finewright.model.attention import attending


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
