"""Tree attention for transformers' models: one function, three ways to compute it, refused where it would be wrong.

    dense    scaled dot-product attention under the tree's mask: the reference; any device, any sliding window
    merged   few large pieces that merge (`merged.py`): CPU
    flex     FlexAttention under the same mask: CUDA

The tree travels as a keyword of the model's call. Knows no batches, no losses and no particular model.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.attention.flex_attention import create_block_mask, flex_attention
from transformers import AttentionInterface, PreTrainedModel

from finewright.model.merged import MergedAttention
from finewright.model.tree import Tree

NAME = "finewright_tree"
_HARMLESS = {"position_ids", "use_cache", "cache_position", "output_router_logits"}


class Unsupported(Exception):
    """The model asks of attention what trees do not give; the message says what."""


Way = Callable[[Tensor, Tensor, Tensor, Tree, float, int | None], Tensor]
"""query (1, H, T, D), key, value (1, K, T, D), tree, scale, window -> (1, T, H, D)."""


def tree_attention(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    *,
    scaling: float | None = None,
    dropout: float = 0.0,
    sliding_window: int | None = None,
    tree: Tree | None = None,
    way: Way | None = None,
    **others: Any,
) -> tuple[Tensor, None]:
    """What transformers calls for each layer: (1, T, H, D), and no weights.

    `way` is one of `dense`, `merged`, `flex`; None: what `choose` says. Raises Unsupported for anything asked that is
    not done here: transformers hands on keywords that a function of one's own may overlook.
    """
    causal = others.pop("is_causal", None) is not False and getattr(module, "is_causal", True)
    others = {name: value for name, value in others.items() if name not in _HARMLESS}
    asked = {name: value for name, value in others.items() if value is not None and value is not False}
    if attention_mask is not None:
        asked["attention_mask"] = attention_mask
    if dropout:
        asked["dropout"] = dropout
    if not causal:
        asked["is_causal"] = False
    if asked or tree is None:
        raise Unsupported(f"attention with {', '.join(sorted(asked)) or 'no tree'}")
    if sliding_window is not None:
        tree.windows.add(sliding_window)
    window = sliding_window if sliding_window is not None and sliding_window < tree.depth else None
    scale = 1 / math.sqrt(query.shape[-1]) if scaling is None else scaling
    if way is None:
        way = choose(query.device, window) if query.shape[-1] == value.shape[-1] else dense
    return way(query, key, value, tree, scale, window), None


AttentionInterface.register(NAME, tree_attention)


def choose(device: torch.device, window: int | None) -> Way:
    """The fastest way that is right there; `window` is None where no path is longer."""
    if device.type == "cuda":
        return flex
    return merged if device.type == "cpu" and window is None else dense


def dense(query: Tensor, key: Tensor, value: Tensor, tree: Tree, scale: float, window: int | None) -> Tensor:
    """The reference: T x T scores under the mask."""
    heads = key.shape[1]
    shape = (heads, query.shape[1] // heads, *query.shape[2:])
    keys, values = (one.transpose(0, 1).expand(*shape[:2], -1, -1) for one in (key, value))
    mask = tree.mask(window).to(query)
    out = functional.scaled_dot_product_attention(query.reshape(shape), keys, values, attn_mask=mask, scale=scale)
    return out.flatten(0, 1).transpose(0, 1)[None]


def merged(query: Tensor, key: Tensor, value: Tensor, tree: Tree, scale: float, window: int | None) -> Tensor:
    """Few large pieces. Raises ValueError under a window, which the pieces do not know."""
    if window is not None:
        raise ValueError("merged attention has no window")
    out: Tensor = MergedAttention.apply(query, key, value, tree.parts, scale)  # type: ignore[no-untyped-call]
    return out


def flex(query: Tensor, key: Tensor, value: Tensor, tree: Tree, scale: float, window: int | None) -> Tensor:
    """FlexAttention, compiled on CUDA; on a CPU it has no backward pass."""
    kernel: Callable[..., Any] = _compiled() if query.device.type == "cuda" else flex_attention
    mask = _block_mask(tree, window, query.device)
    out: Tensor = kernel(query, key, value, block_mask=mask, scale=scale, enable_gqa=query.shape[1] != key.shape[1])
    return out.transpose(1, 2).contiguous()


@lru_cache(maxsize=4)
def _block_mask(tree: Tree, window: int | None, device: torch.device) -> Any:
    end, position = (torch.from_numpy(one).to(device) for one in (tree.end, tree.position))

    def sees(_batch: Tensor, _head: Tensor, q: Tensor, k: Tensor) -> Tensor:
        seen = (k <= q) & (q < end[k])
        return seen if window is None else seen & (position[q] - position[k] < window)

    return create_block_mask(sees, None, None, len(tree.end), len(tree.end), device=str(device))


@lru_cache(maxsize=1)
def _compiled() -> Any:
    return torch.compile(flex_attention, dynamic=True)


@contextmanager
def attending(model: PreTrainedModel, name: str) -> Iterator[None]:
    """While the block runs, the model attends by transformers' implementation `name`."""
    before = model.config._attn_implementation
    model.config._attn_implementation = name
    try:
        yield
    finally:
        model.config._attn_implementation = before
