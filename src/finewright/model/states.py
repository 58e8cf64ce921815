"""From a batch to the log-probabilities of its entries: trunk, supervised states, head. Knows no loss and no layout."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

from finewright.base.errors import BaseError
from finewright.model.attention import NAME, attending
from finewright.model.batch import Batch
from finewright.model.divergence import diverged
from finewright.model.head import scored
from finewright.model.standing import Standing, stood

_SCALES = ("logit_scale", "logits_scaling", "mup_logits_scale", "output_multiplier")


def hidden_states(model: nn.Module, batch: Batch) -> Tensor:
    """The batch's distinct supervised states, (S, H)."""
    output = trunk_output(model, batch)
    # index_select, not output[...]: the backward pass of advanced indexing is not the same from run to run.
    return torch.index_select(output.flatten(0, 1), 0, batch.states)  # (S, H)


def trunk_output(model: nn.Module, batch: Batch) -> Tensor:
    """The last states of all the batch's tokens, (B, T, H)."""
    trunk: Any = model.get_decoder()  # type: ignore[operator]
    layer = batch.inputs.get("from_layer", 0)
    inputs = {name: value for name, value in batch.inputs.items() if name != "from_layer"}
    # For trees alone: under an implementation of one's own transformers drops a padding mask without a word.
    with _from_layer(trunk, layer), attending(trunk, NAME) if "tree" in inputs else nullcontext():
        output: Tensor = trunk(**inputs, use_cache=False).last_hidden_state
    return output


@contextmanager
def _from_layer(trunk: Any, layer: int) -> Iterator[None]:
    """While the block runs, the trunk's first layer is `layer`: it is fed by the inputs' `inputs_embeds`."""
    if not layer:
        yield
        return
    every = trunk.layers
    trunk.layers = every[layer:]
    try:
        yield
    finally:
        trunk.layers = every


def log_probs(model: nn.Module, hidden: Tensor, batch: Batch, chunk: int = 128) -> Tensor:
    """The log-probability of each entry's target, (E,), in float32 or better.

    Each state of `hidden` (S, H) goes through the head once, `chunk` at a time, and no logits (chunk, V) are kept for
    the backward pass. Raises BaseError for a base whose logits are scaled in a way not known here.
    """
    head: Any = model.get_output_embeddings()  # type: ignore[operator]
    cap = _softcap(model)
    order = _by_state(batch)
    parts = [
        scored(head, hidden[start : start + chunk], batch.state[entries] - start, batch.target[entries], cap)
        for start, entries in _chunks(batch, order, len(hidden), chunk)
    ]
    return torch.cat(parts).index_select(0, torch.argsort(order)) if parts else hidden.new_zeros(0)


@torch.no_grad()
def standings(model: nn.Module, hidden: Tensor, batch: Batch, chunk: int = 128) -> Standing:
    """How each entry's target stands in the distribution that its state predicts, (E,) each, without a gradient.

    As `log_probs` otherwise, of a batch with at least one entry.
    """
    head: Any = model.get_output_embeddings()  # type: ignore[operator]
    cap = _softcap(model)
    order = _by_state(batch)
    parts = [
        stood(head, hidden[start : start + chunk], batch.state[entries] - start, batch.target[entries], cap)
        for start, entries in _chunks(batch, order, len(hidden), chunk)
    ]
    back = torch.argsort(order)
    return Standing(*(torch.cat(column).index_select(0, back) for column in zip(*parts, strict=True)))


def _by_state(batch: Batch) -> Tensor:
    """The entries in the order of their states, (E,)."""
    return torch.argsort(batch.state, stable=True)


def _chunks(batch: Batch, order: Tensor, states: int, chunk: int) -> Iterator[tuple[int, Tensor]]:
    """Where each chunk of states begins, and the entries that read one of them; chunks without any are left out."""
    bounds = torch.searchsorted(batch.state[order], torch.arange(0, states + chunk, chunk)).tolist()
    for number, (first, last) in enumerate(pairwise(bounds)):
        if first < last:
            yield number * chunk, order[first:last]


def divergences(model: nn.Module, hidden: Tensor, base: nn.Module, of_base: Tensor, chunk: int = 128) -> Tensor:
    """KL(base || model) of each state's distribution over the vocabulary, (S,), in nats; no gradient reaches the base.

    `hidden` and `of_base` are the states (S, H) of both for the same batch; `chunk` of them are computed at a time and
    no logits are kept. Raises BaseError for a base whose logits are scaled in a way not known here.
    """
    head: Any = model.get_output_embeddings()  # type: ignore[operator]
    other: Any = base.get_output_embeddings()  # type: ignore[operator]
    cap = _softcap(model)
    pairs = zip(torch.split(hidden, chunk), torch.split(of_base, chunk), strict=True)
    return torch.cat([diverged(head, ours, other, theirs, cap) for ours, theirs in pairs])


def _softcap(model: nn.Module) -> float | None:
    """Gemma 2's cap on the logits; None where there is none."""
    config: Any = model.config
    for name in _SCALES:
        if getattr(config, name, None) not in (None, 1, 1.0):
            raise BaseError(
                f"the base scales its logits by `{name}`, which training here does not do",
                remedy="choose another base",
            )
    cap = getattr(config, "final_logit_softcapping", None)
    return float(cap) if cap else None
