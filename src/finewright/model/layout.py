"""Which layout a model's examples get: the token tree wherever it is sound, padded rows elsewhere. Knows no training.

Nothing is taken on trust: whatever a model's configuration says, two real examples are computed both ways first, and
where loss or gradient differ the tree is not used.
"""

import inspect
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from finewright.model.attention import Unsupported
from finewright.model.batch import Batch, Batches, Example
from finewright.model.padded import PaddedBatches
from finewright.model.states import hidden_states, log_probs
from finewright.model.tree import TreeBatches, common_prefixes

_ATTENTION = {"full_attention", "sliding_attention", "chunked_attention", "attention"}
_LOOKED_AT = 64
_ENOUGH = 32  # tokens shared, and in the shorter example
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
    if getattr(config, "output_router_logits", False):
        return "the base's loss looks at its experts' load"
    if not isinstance(trunk, PreTrainedModel) or not trunk._can_set_attn_implementation():
        return "the base's attention cannot be replaced"
    return None


def differs(model: nn.Module, examples: Sequence[Example], pad: int) -> str | None:
    """What differs between tree and padded rows on two real examples; None where nothing does.

    They are computed as the loop would, in training mode where the model is in it; no gradient is left behind.
    """
    pair = _pair(examples[:_LOOKED_AT])
    whole = sum(len(example.tokens) for example in pair)
    try:
        tree = _computed(model, TreeBatches(whole)(pair))
    except Unsupported as fault:
        return f"the base asks for {fault}"
    plain = _computed(model, PaddedBatches(2 * whole, pad)(pair))
    scores = max((abs(tree[0][key] - value) for key, value in plain[0].items()), default=0.0)
    gradients = _relative(tree[1], plain[1])
    if scores <= _CLOSE and gradients <= _CLOSE:
        return None
    return f"on two examples it differs from the plain computation by {scores:.1g} nats, gradients by {gradients:.1g}"


def _pair(examples: Sequence[Example]) -> Sequence[Example]:
    """Two examples that show what a tree does: that share enough, are long enough, and beyond that are short."""
    rows = sorted((example for example in examples if example.targets), key=lambda example: example.tokens)

    def telling(pair: tuple[Example, Example]) -> tuple[int, int, int]:
        shared = int(common_prefixes([np.array(one.tokens) for one in pair])[1])
        lengths = sorted(len(one.tokens) for one in pair)
        return min(shared, _ENOUGH), min(lengths[0], _ENOUGH), -sum(lengths)

    return max(pairwise(rows), key=telling, default=rows)


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
    return found, list(torch.autograd.grad(total, weights)) if weights else []


def _relative(one: Sequence[Tensor], other: Sequence[Tensor]) -> float:
    """Norm of the difference over the norm of the second."""
    difference = sum(float((a - b).pow(2).sum()) for a, b in zip(one, other, strict=True))
    norm = sum(float(b.pow(2).sum()) for b in other)
    return float((difference / norm) ** 0.5) if norm else float(difference**0.5)
