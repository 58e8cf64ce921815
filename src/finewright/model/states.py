"""From a batch to the log-probabilities of its entries: trunk, supervised states, head. Knows no loss and no layout."""

from contextlib import nullcontext
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

from finewright.base.errors import BaseError
from finewright.model.attention import NAME, attending
from finewright.model.batch import Batch
from finewright.model.head import scored

_SCALES = ("logit_scale", "logits_scaling", "mup_logits_scale", "output_multiplier")


def hidden_states(model: nn.Module, batch: Batch) -> Tensor:
    """The batch's distinct supervised states, (S, H)."""
    trunk: Any = model.get_decoder()  # type: ignore[operator]
    # For trees alone: under an implementation of one's own transformers drops a padding mask without a word.
    with attending(trunk, NAME) if "tree" in batch.inputs else nullcontext():
        output = trunk(**batch.inputs, use_cache=False).last_hidden_state  # (B, T, H)
    # index_select, not output[...]: the backward pass of advanced indexing is not the same from run to run.
    return torch.index_select(output.flatten(0, 1), 0, batch.states)  # (S, H)


def log_probs(model: nn.Module, hidden: Tensor, batch: Batch, chunk: int = 128) -> Tensor:
    """The log-probability of each entry's target, (E,), in float32 or better.

    Each state of `hidden` (S, H) goes through the head once, `chunk` at a time, and no logits (chunk, V) are kept for
    the backward pass. Raises BaseError for a base whose logits are scaled in a way not known here.
    """
    head: Any = model.get_output_embeddings()  # type: ignore[operator]
    cap = _softcap(model)
    order = torch.argsort(batch.state, stable=True)  # (E,), entries by state
    bounds = torch.searchsorted(batch.state[order], torch.arange(0, len(hidden) + chunk, chunk)).tolist()
    parts = []
    for number, (first, last) in enumerate(pairwise(bounds)):
        if first == last:
            continue
        start = number * chunk
        entries = order[first:last]
        states, targets = batch.state[entries] - start, batch.target[entries]
        parts.append(scored(head, hidden[start : start + chunk], states, targets, cap))
    return torch.cat(parts).index_select(0, torch.argsort(order)) if parts else hidden.new_zeros(0)


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
