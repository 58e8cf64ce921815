"""The engine of a run: a decoder with the run's template and limits. Knows no arm."""

from peft import PeftModel
from transformers import PreTrainedModel

from finewright.engine.local import LocalCompleter
from finewright.flows.prepare import Conversing


def completer_of(prepared: Conversing, model: PreTrainedModel | PeftModel) -> LocalCompleter:
    """The engine around a decoder, which may be in training, with the run's template and limits."""
    batch_tokens = prepared.recipe.evaluate.batch_tokens
    return LocalCompleter(model, prepared.chat, context=prepared.base.context, batch_tokens=batch_tokens)
