"""The decoder inside an engine or without one, for attacks that hand it tokens, not messages. Knows no attack."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from peft import PeftModel
from transformers import PreTrainedModel

from finewright.engine.local import LocalCompleter
from finewright.model import full, lora
from finewright.model.hub import Base, load_decoder
from finewright.model.modes import at_rest

Opens = Callable[[], AbstractContextManager[PreTrainedModel | PeftModel]]
"""Opens a model to be read: no module is in training mode while the block runs."""


@contextmanager
def decoder_of(served: tuple[LocalCompleter, str | None]) -> Iterator[PreTrainedModel]:
    """The decoder as it answers while the block runs, its adapter in its layers; no module is in training mode."""
    completer, adapter = served
    with completer.serving(adapter) as model:
        yield model.get_base_model() if isinstance(model, PeftModel) else model


def readers(product: Path, base: Base) -> tuple[Opens, Opens]:
    """What opens the product, and what opens its base: for texts that are no conversation, so without a chat template.

    Raises AdapterError where the product is unsafe to open, damaged, or of another base.
    """
    if not (product / "adapter_config.json").exists():
        whole = full.load(product, base)
        return lambda: _resting(whole), lambda: _resting(load_decoder(base))
    adapted = lora.load(load_decoder(base), product, base, "tuned")
    return lambda: _resting(adapted), lambda: _resting(adapted, bare=True)


@contextmanager
def _resting(model: PreTrainedModel | PeftModel, *, bare: bool = False) -> Iterator[PreTrainedModel | PeftModel]:
    without = model.disable_adapter() if bare and isinstance(model, PeftModel) else nullcontext()
    with at_rest(model), without:
        yield model
