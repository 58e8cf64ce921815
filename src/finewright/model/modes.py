"""A model asked while it is being trained: for a while at rest, then as it was. Knows no batches and no losses."""

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn


@contextmanager
def at_rest(model: nn.Module) -> Iterator[None]:
    """While the block runs no module is in training mode; afterwards each is in the mode it was in."""
    training = [module for module in model.modules() if module.training]
    model.eval()
    try:
        yield
    finally:
        for module in training:
            module.training = True
