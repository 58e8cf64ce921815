"""Attention of many rows to a shared start that is kept once. Knows no prompts and no cache of the rows.

transformers would have the start's keys and values copied into every row. Here all rows' queries together attend to the
one copy, unmasked, for it lies before all of them, and each row's to its own keys under the mask; the two parts are
merged (`model/partial.py`). Heads that share keys fold into the axis of the queries, so that no key is repeated.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor, nn
from transformers import AttentionInterface, PreTrainedModel

from finewright.model.attention import attending
from finewright.model.partial import attend, merge

NAME = "finewright_prefix"

# What decoders hand to every attention and this one has no use for: positions are in the keys already.
_IDLE = frozenset({"position_ids", "use_cache", "cache_position"})


class Refused(Exception):
    """A model asks of attention what is not given here; the message says what."""


@dataclass(slots=True)
class Prefix:
    """A shared start: for each layer its keys and values, each (1, key heads, tokens, width).

    `attended` counts the layers that have attended to it.
    """

    layers: Sequence[tuple[Tensor, Tensor]]
    attended: int = field(default=0)


@contextmanager
def behind(model: PreTrainedModel, prefix: Prefix | None) -> Iterator[dict[str, Prefix]]:
    """While the block runs `model` attends to `prefix`; what to hand to its forward call for that.

    Raises Refused where the block ends without every layer having attended to it.
    """
    if prefix is None:
        yield {}
        return
    prefix.attended = 0
    with attending(model, NAME):
        yield {"prefix": prefix}
    if prefix.attended != len(prefix.layers):
        raise Refused(f"{prefix.attended} of {len(prefix.layers)} layers attended to the shared start")


def _attention(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float | None = None,
    prefix: Prefix | None = None,
    **others: Any,
) -> tuple[Tensor, None]:
    """Attention of queries (B, H, T, D) to `prefix` and to the rows' own keys (B, K, N, D): (B, T, H, D).

    `attention_mask`, (B, 1, T, N), is added to the scores of the rows' own keys; a query must see one of them at least.
    Raises Refused where an argument is missing, or one is given that would change the result.
    """
    asked = sorted(name for name, value in others.items() if name not in _IDLE and _counts(value))
    if asked:
        raise Refused(f"the model's attention uses {asked[0]}")
    rows, heads, tokens, width = query.shape
    if prefix is None or attention_mask is None or attention_mask.shape != (rows, 1, tokens, key.shape[2]):
        raise Refused("the model does not hand on the shared start and the mask")
    shared_key, shared_value = prefix.layers[_number(module, prefix)]
    prefix.attended += 1
    scale = width**-0.5 if scaling is None else scaling
    groups = heads // key.shape[1]
    folded = query.reshape(rows, key.shape[1], groups * tokens, width)  # (B, K, gT, D)
    together = folded.transpose(0, 1).flatten(1, 2)[None]  # (1, K, BgT, D)
    out, lse = attend(together, shared_key, shared_value, scale)
    out = out.view(key.shape[1], rows, groups * tokens, -1).transpose(0, 1)  # (B, K, gT, D)
    lse = lse.view(key.shape[1], rows, groups * tokens).transpose(0, 1)  # (B, K, gT)
    own, own_lse = attend(folded, key, value, scale, mask=attention_mask.repeat(1, 1, groups, 1))
    merged, _ = merge(out, lse, own, own_lse)
    return merged.reshape(rows, heads, tokens, width).transpose(1, 2).contiguous(), None


def _counts(value: object) -> bool:
    """Whether an argument says something: None, False and 0 do not."""
    return value is not None and (not isinstance(value, bool | int | float) or bool(value))


def _number(module: nn.Module, prefix: Prefix) -> int:
    number = getattr(module, "layer_idx", None)
    if not isinstance(number, int) or number >= len(prefix.layers):
        raise Refused("the model's layers do not each keep their own keys")
    return number


AttentionInterface.register(NAME, _attention)
