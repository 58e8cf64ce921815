"""A run's examples and its adapter against themselves: the checks that need template, engine and trainer side by side.

A handful of examples is enough, for what is looked for is wrong for all of them. `docs/checks.md` lists every check.
"""

import math
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from peft import PeftModel
from torch import nn
from transformers import PreTrainedModel

from finewright.base.errors import FinewrightError, Place
from finewright.base.order import shuffled
from finewright.base.records import CompletionRequest, Record
from finewright.engine.local import LocalCompleter
from finewright.flows.asking import completer_of
from finewright.flows.examples import prompt_of
from finewright.flows.prepare import Prepared
from finewright.model import full
from finewright.model.batch import Example
from finewright.model.hub import load_decoder, load_tokenizer
from finewright.model.padded import padded
from finewright.model.quantised import is_quantised
from finewright.model.states import hidden_states, log_probs
from finewright.train.postflight import Scores, check_scores
from finewright.train.rendering import Sample, check_rendering

_CONVERSATIONS = 8
_SCORED = 2
_CHARACTERS = 40
"""Of an answer this much is scored: two computations can be held together on any text."""


def check_conversations(prepared: Prepared) -> None:
    """Raises BaseError where template or tokenizer mistreat a few of the training rows."""
    recipe = prepared.recipe
    rows = _varied(shuffled(prepared.learning, lambda record: record.id, recipe.seed, "rendering"))[:_CONVERSATIONS]
    samples = [
        Sample(row.id, prompt_of(recipe, prepared.task, row), row.turn, Place(row.source, row.line), recipe.train.turns)
        for row in rows
    ]
    check_rendering(prepared.chat, load_tokenizer(prepared.base), samples)


def _varied(records: Sequence[Record]) -> list[Record]:
    """The records in another order: first one of each way a conversation is built, then a second of each, and so on."""
    met: Counter[object] = Counter()
    ranked = []
    for record in records:
        built = tuple((one.role, len(one.calls), one.tools is not None) for one in (*record.messages, record.turn))
        ranked.append((met[built], record))
        met[built] += 1
    return [record for _, record in sorted(ranked, key=lambda pair: pair[0])]


def check_saved(model: PeftModel | PreTrainedModel, prepared: Prepared, folder: Path) -> None:
    """Hold the adapter or model saved in `folder` against the trained `model`, which is of no use afterwards.

    Raises FinewrightError, and removes the folder, where saved, merged and trained weights do not answer alike.
    """
    try:
        check_scores(_scores(model.eval(), prepared, folder))
    except FinewrightError:
        shutil.rmtree(folder)
        raise


def _scores(model: PeftModel | PreTrainedModel, prepared: Prepared, folder: Path) -> list[Scores]:
    shortest = sorted(prepared.choosing, key=lambda record: (len(record.text), record.id))
    requests = [_request(prepared, record) for record in shortest[:_SCORED]]
    examples = [_example(prepared, *pair) for pair in zip(shortest, requests, strict=False)]
    trained: list[float] = _trained(model, examples, prepared.chat.pad)
    merged: list[float | None] = [None] * len(examples)
    if isinstance(model, PeftModel):
        # Into weights of 4 bits nothing merges as it was: `finewright merge` takes the base in full precision.
        if not is_quantised(model):
            model.merge_adapter()
            merged = [*_trained(model, examples, prepared.chat.pad)]
            # Taking it out again rounds the base's weights by parts in ten million, far below what is compared.
            model.unmerge_adapter()
        completer = completer_of(prepared, model.unload())
        served = _served(completer, requests, completer.add_adapter(folder, prepared.base))
    else:
        served = _served(completer_of(prepared, full.load(folder, prepared.base)), requests, None)
        completer = completer_of(prepared, load_decoder(prepared.base))
    base = _served(completer, requests, None)
    return [
        Scores(example.id, example.targets, as_trained, as_merged, as_served, as_before)
        for example, as_trained, as_merged, as_served, as_before in zip(
            examples, trained, merged, served, base, strict=True
        )
    ]


def _request(prepared: Prepared, record: Record) -> CompletionRequest:
    messages = prompt_of(prepared.recipe, prepared.task, record)
    return CompletionRequest(messages, choices=(record.answer[:_CHARACTERS],), probabilities=True)


def _example(prepared: Prepared, record: Record, request: CompletionRequest) -> Example:
    """The request as the trainer sees it, its last answer alone supervised."""
    prompt = prepared.chat.encode_prompt(request.messages)
    (said,) = request.choices or ()
    answer = prepared.chat.encode_answer(said)
    name = f"{record.source}:{record.line}"
    return Example(name, (*prompt, *answer), (False,) * len(prompt) + (True,) * len(answer))


@torch.no_grad()
def _trained(model: nn.Module, examples: list[Example], pad: int) -> list[float]:
    """Summed log-probabilities by the trainer's own computation, one example at a time."""
    batches = [padded([example], pad) for example in examples]
    return [float(log_probs(model, hidden_states(model, batch), batch).double().sum()) for batch in batches]


def _served(completer: LocalCompleter, requests: list[CompletionRequest], adapter: str | None) -> list[float]:
    """Log-probabilities as the engine gives them to whoever asks it."""
    done = completer.complete([replace(request, adapter=adapter) for request in requests])
    return [_log(value) for one in done for value in (one.probabilities or {}).values()]


def _log(probability: float) -> float:
    return math.log(probability) if probability > 0 else -math.inf
