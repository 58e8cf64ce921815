"""Which layout a model's examples get: the token tree wherever it is sound, padded rows elsewhere. Knows no training.

Nothing is taken on trust: whatever a model's configuration says, a few real examples are computed both ways first, and
where loss or gradient differ the tree is not used.
"""

import inspect
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from finewright.model.attention import Unsupported
from finewright.model.batch import Batch, Batches, Example
from finewright.model.padded import PaddedBatches, padded
from finewright.model.states import hidden_states, log_probs
from finewright.model.tiles import SIDE
from finewright.model.tree import Frozen, TreeBatches, common_prefixes

_ATTENTION = {"full_attention", "sliding_attention", "attention"}
_LENGTH_BOUND = {"dynamic", "longrope"}  # rotary embeddings that hang on the longest row beside an example
_LOOKED_AT = 64
_ENOUGH = SIDE + 1  # tokens shared, and in the shorter example: more than a tile, so that pieces are merged
_CLOSE = 1e-3  # of log-probabilities in nats, and of gradients relative to their norm, in float32


def layout_for(
    model: nn.Module, examples: Sequence[Example], micro_tokens: int, pad: int
) -> tuple[Batches, str | None]:
    """How to lay out examples for `model`, and why shared tokens are computed anew for each, where they are."""
    reason = unsuited(model) or differs(model, examples, pad)
    return (TreeBatches(micro_tokens) if reason is None else PaddedBatches(micro_tokens, pad)), reason


def unsuited(model: nn.Module) -> str | None:
    """Why a token tree would not do for this model, judged by its configuration and modules; None where it may."""
    trunk: Any = model.get_decoder()  # type: ignore[operator]
    config = trunk.config
    if any(isinstance(module, nn.Dropout) and module.p > 0 for module in model.modules()):
        return "dropout draws for each example apart"
    if "position_ids" not in inspect.signature(trunk.forward).parameters or getattr(config, "alibi", False):
        return "the base does not take positions from outside"
    strange = set(getattr(config, "layer_types", None) or ()) - _ATTENTION
    if strange:
        return f"the base has layers of another kind than attention ({', '.join(sorted(strange))})"
    rotary = getattr(config, "rope_parameters", None) or {}
    if rotary.get("rope_type") in _LENGTH_BOUND:
        return "the base's positions hang on the longest example beside"
    if getattr(config, "output_router_logits", False):
        return "the base's loss looks at its experts' load"
    if not isinstance(trunk, PreTrainedModel) or not trunk._can_set_attn_implementation():
        return "the base's attention cannot be replaced"
    return None


def differs(model: nn.Module, examples: Sequence[Example], pad: int, frozen: Frozen | None = None) -> str | None:
    """What differs between tree and padded rows on a few real examples; None where nothing does.

    With `frozen` the tree begins with kept states. They are computed as the loop would, in training mode where the
    model is in it; no gradient is left behind.
    """
    looked_at = telling_examples(examples[:_LOOKED_AT])
    laid_out = _whole(looked_at, frozen)
    try:
        tree = _computed(model, laid_out)
    except Unsupported as fault:
        return f"the base asks for {fault}"
    except (RuntimeError, TypeError, ValueError) as fault:  # in a base's own code, whatever it stumbles over
        return f"the base does not take a tree ({fault})"
    window = _window(model)
    if window is not None and any(window not in batch.inputs["tree"].windows for batch in laid_out):
        return "the base keeps its sliding window to itself"
    plain = _computed(model, [padded([example], pad) for example in looked_at])
    scores = float(torch.tensor([tree[0][key] - value for key, value in plain[0].items()]).abs().max())
    gradients = _relative(tree[1], plain[1])
    if scores <= _CLOSE and gradients <= _CLOSE:
        return None
    return (
        f"on a few examples it differs from the plain computation: by {scores:.1g} nats, gradients by {gradients:.1g}"
    )


def telling_examples(examples: Sequence[Example]) -> Sequence[Example]:
    """Neighbours that show what a tree does: two that share much, and more until several pieces have to be merged."""
    rows = sorted((example for example in examples if example.targets), key=lambda example: example.tokens)
    first = max(range(len(rows) - 1), key=lambda place: _telling(rows[place], rows[place + 1]), default=0)
    last = min(first + 2, len(rows))
    while (first > 0 or last < len(rows)) and sum(batch.tokens for batch in _whole(rows[first:last])) <= 2 * SIDE:
        first, last = (first, last + 1) if last < len(rows) else (first - 1, last)
    return rows[first:last]


def _telling(one: Example, other: Example) -> tuple[int, int, int]:
    """Larger for pairs that share enough, are long enough, and beyond that are short."""
    shared = common_prefixes([np.array(one.tokens), np.array(other.tokens)])[1]
    lengths = sorted((len(one.tokens), len(other.tokens)))
    return min(shared, _ENOUGH), min(lengths[0], _ENOUGH), -sum(lengths)


def _whole(examples: Sequence[Example], frozen: Frozen | None = None) -> tuple[Batch, ...]:
    return TreeBatches(sum(len(example.tokens) for example in examples), frozen)(examples)


def _window(model: nn.Module) -> int | None:
    """The sliding window that the base's configuration tells of, where a layer has one."""
    trunk: Any = model.get_decoder()  # type: ignore[operator]
    window = getattr(trunk.config, "sliding_window", None)
    kinds = getattr(trunk.config, "layer_types", None) or ["sliding_attention"]
    on = getattr(trunk.config, "use_sliding_window", True) and "sliding_attention" in kinds
    return int(window) if window and on else None


def _computed(model: nn.Module, batches: Sequence[Batch]) -> tuple[dict[tuple[str, int], float], list[Tensor]]:
    """Log-probability of each target by (example, place among its targets), and the gradients of their sum."""
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    found: dict[tuple[str, int], float] = {}
    total = torch.zeros(())
    for batch in batches:
        scores = log_probs(model, hidden_states(model, batch), batch)
        total = total + scores.sum()
        seen: dict[str, int] = {}
        for row, score in zip(batch.example.tolist(), scores.tolist(), strict=True):
            place = seen[batch.ids[row]] = seen.get(batch.ids[row], -1) + 1
            found[batch.ids[row], place] = score
    # A weight that nothing here depends on is the first step's affair (`train/first_step.py`).
    return found, list(torch.autograd.grad(total, weights, materialize_grads=True)) if weights else []


def _relative(one: Sequence[Tensor], other: Sequence[Tensor]) -> float:
    """Norm of the difference over the norm of the second."""
    difference = sum(float((a - b).pow(2).sum()) for a, b in zip(one, other, strict=True))
    norm = sum(float(b.pow(2).sum()) for b in other)
    return float((difference / norm) ** 0.5) if norm else float(difference**0.5)
