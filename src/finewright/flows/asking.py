"""Who answers in a run: a decoder with the run's template and limits, or an endpoint with its key. Knows no arm."""

import os
from collections.abc import Sequence

from peft import PeftModel
from transformers import PreTrainedModel

from finewright.base.errors import InputError
from finewright.base.recipe_endpoint import Endpoint
from finewright.engine.http import HttpCompleter
from finewright.engine.local import LocalCompleter
from finewright.flows.prepare import Conversing


def completer_of(prepared: Conversing, model: PreTrainedModel | PeftModel) -> LocalCompleter:
    """The engine around a decoder, which may be in training, with the run's template and limits."""
    batch_tokens = prepared.recipe.evaluate.batch_tokens
    return LocalCompleter(model, prepared.chat, context=prepared.base.context, batch_tokens=batch_tokens)


def endpoint_of(settings: Endpoint, seed: int) -> HttpCompleter:
    """The Completer of an endpoint, with the key of its environment variable. Raises InputError where there is none."""
    return HttpCompleter(settings, _key(settings), seed=seed)


def check_endpoints(endpoints: Sequence[Endpoint]) -> None:
    """Raise InputError where an endpoint that will be asked has no key in the variable that it names."""
    for settings in endpoints:
        if settings.enabled:
            _key(settings)


def _key(settings: Endpoint) -> str | None:
    if settings.key_env is None:
        return None
    key = os.environ.get(settings.key_env, "").strip()
    if not key:
        raise InputError(
            f"the environment variable {settings.key_env} of the endpoint {settings.name} is empty",
            remedy=f"put the key in it, or remove key_env where {settings.host} wants none",
        )
    return key
