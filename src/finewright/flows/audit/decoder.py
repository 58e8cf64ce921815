"""The decoder inside an engine, for attacks that hand it tokens rather than messages. Knows no attack."""

from collections.abc import Iterator
from contextlib import contextmanager

from peft import PeftModel
from transformers import PreTrainedModel

from finewright.engine.local import LocalCompleter


@contextmanager
def decoder_of(served: tuple[LocalCompleter, str | None]) -> Iterator[PreTrainedModel]:
    """The decoder as it answers while the block runs, its adapter in its layers; no module is in training mode."""
    completer, adapter = served
    with completer.serving(adapter) as model:
        yield model.get_base_model() if isinstance(model, PeftModel) else model
