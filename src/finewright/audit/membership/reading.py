"""Token by token what product and base make of the same examples: one reading of each serves every attack.

The layout of the tokens is the caller's affair. Knows no records and no score.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn

from finewright.audit.membership.scores import Bools, Floats, Reading
from finewright.base.progress import progress
from finewright.model.batch import Batch, Batches, Example, in_turn
from finewright.model.modes import at_rest
from finewright.model.states import hidden_states, log_probs, standings

Opened = AbstractContextManager[nn.Module]
"""A model, while a block runs."""

Columns = tuple[Floats, ...]
"""What was computed of an example's T marked tokens, each (T,)."""

Computed = Callable[[nn.Module, Batch], tuple[Tensor, ...]]
"""What is computed of the E entries of a batch, each (E,)."""


def marked(examples: Sequence[Example], text_tokens: int) -> list[Example]:
    """The examples with all tokens marked that are to be read: those supervised, and of the others at most so many.

    These are the last of them behind what all examples begin with, such as a system prompt, which tells nothing.
    """
    shared = max(1, _shared(examples))
    return [_marked(example, shared, text_tokens) for example in examples]


def read(
    product: Opened, base: Opened, examples: Sequence[Example], batches: Batches, *, text_tokens: int
) -> dict[str, Reading]:
    """Each example as product and base read it, by id. One is opened after the other."""
    looked_at = marked(examples, text_tokens)
    with product as model:
        tuned = _columns(model, looked_at, batches, _standings, "Reading with the adapter")
    with base as model:
        bare = _columns(model, looked_at, batches, _log_probs, "Reading with the base")
    return {
        one.id: _reading(tuned[one.id], bare[one.id], _answers(example, one))
        for example, one in zip(examples, looked_at, strict=True)
    }


def _reading(tuned: Columns, bare: Columns, answer: Bools) -> Reading:
    log_prob, standing, likeliest = tuned
    return Reading(log_prob, bare[0], standing, likeliest.astype(bool), answer)


def _shared(examples: Sequence[Example]) -> int:
    """How many tokens all examples begin with: as many as the first and the last in order do."""
    first, last = min(one.tokens for one in examples), max(one.tokens for one in examples)
    return next((at for at, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))


def _marked(example: Example, shared: int, text_tokens: int) -> Example:
    others = [at for at in range(shared, len(example.tokens)) if not example.supervised[at]]
    looked_at = set(others[max(0, len(others) - text_tokens) :])
    marks = tuple(mark or at in looked_at for at, mark in enumerate(example.supervised))
    return replace(example, supervised=marks)


def _answers(example: Example, looked_at: Example) -> Bools:
    """Which of the tokens that were looked at are supervised."""
    marks = zip(example.supervised, looked_at.supervised, strict=True)
    return np.array([answer for answer, wanted in marks if wanted], dtype=bool)


def _standings(model: nn.Module, batch: Batch) -> tuple[Tensor, ...]:
    return standings(model, hidden_states(model, batch), batch)


def _log_probs(model: nn.Module, batch: Batch) -> tuple[Tensor, ...]:
    return (log_probs(model, hidden_states(model, batch), batch),)


@torch.no_grad()
def _columns(
    model: nn.Module, examples: Sequence[Example], batches: Batches, computed: Computed, title: str
) -> dict[str, Columns]:
    """What is computed of each marked token, by example; the model is left in the modes it was in."""
    found: dict[str, Columns] = {}
    with progress(title, len(examples), "rows") as advance, at_rest(model):
        for batch in in_turn(batches(examples)):
            columns = [_by_example(batch, column) for column in computed(model, batch)]
            found |= zip(batch.ids, zip(*columns, strict=True), strict=True)
            advance(len(batch.ids))
    return found


def _by_example(batch: Batch, values: Tensor) -> list[Floats]:
    """What there is of each entry, example by example: layouts hold an example's entries together, in order."""
    counts = torch.bincount(batch.example, minlength=len(batch.ids)).tolist()
    ends = np.cumsum([0, *counts])
    every = values.double().numpy()
    return [every[start:end] for start, end in pairwise(ends)]
