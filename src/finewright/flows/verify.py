"""A run's examples and its adapter against themselves: the checks that need template, engine and trainer side by side.

A handful of examples is enough, for what is looked for is wrong for all of them. `docs/checks.md` lists every check.
"""

import math
import shutil
from dataclasses import replace
from pathlib import Path

import torch
from peft import PeftModel

from finewright.base.errors import FinewrightError, Place
from finewright.base.order import shuffled
from finewright.base.records import CompletionRequest, Record
from finewright.engine.local import LocalCompleter
from finewright.flows.prepare import Prepared, prompt_of
from finewright.model.batch import Example
from finewright.model.hub import load_tokenizer
from finewright.model.padded import padded
from finewright.model.states import hidden_states, log_probs
from finewright.train.postflight import Scores, check_scores
from finewright.train.rendering import Sample, check_rendering

_CONVERSATIONS = 8
_SCORED = 2
_CHARACTERS = 40
"""Of an answer this much is scored: two computations can be held together on any text."""


def check_conversations(prepared: Prepared) -> None:
    """Raises BaseError where template or tokenizer mistreat a few of the training rows."""
    rows = shuffled(prepared.learning, lambda record: record.id, prepared.recipe.seed, "rendering")[:_CONVERSATIONS]
    samples = [
        Sample(row.id, prompt_of(prepared.recipe, prepared.task, row), row.answer, Place(row.source, row.line))
        for row in rows
    ]
    check_rendering(prepared.chat, load_tokenizer(prepared.base), samples)


def check_saved(model: PeftModel, prepared: Prepared, folder: Path) -> None:
    """Hold the adapter saved in `folder` against the trained `model`, which is of no use afterwards.

    Raises FinewrightError, and removes the folder, where saved, merged and trained adapter do not answer alike.
    """
    try:
        check_scores(_scores(model.eval(), prepared, folder))
    except FinewrightError:
        shutil.rmtree(folder)
        raise


def _scores(model: PeftModel, prepared: Prepared, folder: Path) -> list[Scores]:
    shortest = sorted(prepared.choosing, key=lambda record: (len(record.text), record.id))
    requests = [_request(prepared, record) for record in shortest[:_SCORED]]
    examples = [_example(prepared, *pair) for pair in zip(shortest, requests, strict=False)]
    trained = _trained(model, examples, prepared.chat.pad)
    model.merge_adapter()
    merged = _trained(model, examples, prepared.chat.pad)
    # Taking the adapter out again rounds the base's weights by parts in ten million, far below what is compared.
    model.unmerge_adapter()
    completer = LocalCompleter(
        model.unload(),
        prepared.chat,
        context=prepared.base.context,
        batch_tokens=prepared.recipe.evaluate.batch_tokens,
    )
    served = _served(completer, requests, completer.add_adapter(folder, prepared.base))
    base = _served(completer, requests, None)
    return [
        Scores(example.id, example.targets, *scores)
        for example, *scores in zip(examples, trained, merged, served, base, strict=True)
    ]


def _request(prepared: Prepared, record: Record) -> CompletionRequest:
    messages = prompt_of(prepared.recipe, prepared.task, record)
    return CompletionRequest(messages, choices=(record.answer[:_CHARACTERS],), probabilities=True)


def _example(prepared: Prepared, record: Record, request: CompletionRequest) -> Example:
    """The request as the trainer sees it, its last answer alone supervised."""
    prompt = prepared.chat.encode_prompt(request.messages)
    answer = prepared.chat.encode_answer(*request.choices or ())
    name = f"{record.source}:{record.line}"
    return Example(name, (*prompt, *answer), (False,) * len(prompt) + (True,) * len(answer))


@torch.no_grad()
def _trained(model: PeftModel, examples: list[Example], pad: int) -> list[float]:
    """Summed log-probabilities by the trainer's own computation, one example at a time."""
    batches = [padded([example], pad) for example in examples]
    return [float(log_probs(model, hidden_states(model, batch), batch).double().sum()) for batch in batches]


def _served(completer: LocalCompleter, requests: list[CompletionRequest], adapter: str | None) -> list[float]:
    """Log-probabilities as the engine gives them to whoever asks it."""
    done = completer.complete([replace(request, adapter=adapter) for request in requests])
    return [_log(value) for one in done for value in (one.probabilities or {}).values()]


def _log(probability: float) -> float:
    return math.log(probability) if probability > 0 else -math.inf
