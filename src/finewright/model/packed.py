"""Texts for an encoder one behind another in a single row, without padding, and the attention that keeps them apart.

The texts of a micro-batch lie in one row of T tokens, sorted by length, so that those of equal length are a run which
attention sees as (count, length) without copying. Every other layer works on each token by itself and meets no padding.
The runs travel as a keyword of the model's call. Knows no losses and no particular model.

An example's last token stands for its answer (`texts.py`) and is not laid out.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import chain, groupby
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import AttentionInterface

from finewright.model.attention import Unsupported
from finewright.model.batch import Batch, Example, groups
from finewright.model.partial import attend, attend_backward

NAME = "finewright_packed"
_HARMLESS = {"position_ids", "use_cache", "cache_position"}

Runs = tuple[tuple[int, int], ...]
"""(count, length) of the texts of equal length, in the order in which they lie."""


class PackedBatches:
    """Texts to micro-batches of at most `micro_tokens` tokens, or of one longer group, each a single packed row.

    The same texts give the same batches in whatever order they come. `first` is the position of a text's first token.
    """

    def __init__(self, micro_tokens: int, first: int = 0) -> None:
        self._micro_tokens, self._first = micro_tokens, first

    def __call__(self, examples: Sequence[Example]) -> tuple[Batch, ...]:
        """The micro-batches of one optimizer step."""
        parts: list[list[Example]] = []
        used = 0
        for group in _sorted(examples):
            size = sum(map(_length, group))
            used += size
            if not parts or used > self._micro_tokens:
                parts.append([])
                used = size
            parts[-1] += group
        return tuple(self._packed(sorted(part, key=_by_length)) for part in parts)

    def _packed(self, examples: Sequence[Example]) -> Batch:
        runs = tuple((len(list(run)), length) for length, run in groupby(map(_length, examples)))
        place = torch.cat([torch.arange(length).repeat(count) for count, length in runs])  # (T,)
        tokens = torch.tensor([token for example in examples for token in example.tokens[:-1]])  # (T,)
        inputs = {"input_ids": tokens[None], "position_ids": place[None] + self._first, "packed": runs}
        return _batch(examples, inputs)


class EvenBatches:
    """Texts of one length side by side, at most `micro_tokens` tokens or one group of texts: what any encoder takes.

    A group whose texts differ in length is padded to its longest.
    """

    def __init__(self, micro_tokens: int) -> None:
        self._micro_tokens = micro_tokens

    def __call__(self, examples: Sequence[Example]) -> tuple[Batch, ...]:
        """The micro-batches of one optimizer step: at least one for each length."""
        return tuple(
            _batch(part, _rows(part, length))
            for (length, size), run in groupby(_sorted(examples), key=_extent)
            for chunk in _chunks(list(run), max(1, self._micro_tokens // (length * size)))
            for part in [list(chain.from_iterable(chunk))]
        )


def runs_of(batch: Batch) -> Runs:
    """How the texts of a batch lie in its flattened output."""
    rows, length = batch.inputs["input_ids"].shape
    runs: Runs = batch.inputs.get("packed", ((rows, length),))
    return runs


def packed_attention(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    *,
    scaling: float | None = None,
    dropout: float = 0.0,
    packed: Runs | None = None,
    **others: Any,
) -> tuple[Tensor, None]:
    """What transformers calls for each layer: (1, H, T, D) thrice to (1, T, H, D), and no weights.

    Every token sees the tokens of its own text, before and behind it. Raises Unsupported for anything asked that is not
    done here: transformers hands on keywords that a function of one's own may overlook.
    """
    causal = others.pop("is_causal", None) or getattr(module, "is_causal", False)
    others = {name: value for name, value in others.items() if name not in _HARMLESS}
    asked = {name for name, value in others.items() if value is not None and value is not False}
    asked |= {"attention_mask"} if attention_mask is not None else set()
    asked |= {"dropout"} if dropout else set()
    asked |= {"is_causal"} if causal else set()
    asked |= {"shared keys"} if query.shape != key.shape or query.shape != value.shape else set()
    if asked or packed is None:
        raise Unsupported(f"attention with {', '.join(sorted(asked)) or 'no packed texts'}")
    scale = 1 / math.sqrt(query.shape[-1]) if scaling is None else scaling
    if query.device.type == "cpu":
        out: Tensor = _RunAttention.apply(query, key, value, packed, scale)  # type: ignore[no-untyped-call]
        return out, None
    return by_run(query, key, value, packed, scale), None


AttentionInterface.register(NAME, packed_attention)


def by_run(query: Tensor, key: Tensor, value: Tensor, runs: Runs, scale: float) -> Tensor:
    """The reference, for any device: scaled dot-product attention run by run; (1, H, T, D) to (1, T, H, D)."""
    # split, not slices: its backward pass is one concatenation, where each slice would add into a whole row of zeros.
    sizes = [count * length for count, length in runs]
    pieces = (torch.split(one, sizes, 2) for one in (query, key, value))
    done = [
        functional.scaled_dot_product_attention(
            _side_by_side(q, run), _side_by_side(k, run), _side_by_side(v, run), scale=scale
        )
        for run, q, k, v in zip(runs, *pieces, strict=True)
    ]
    return torch.cat([part.transpose(1, 2).flatten(0, 1) for part in done])[None]


class _RunAttention(torch.autograd.Function):
    """`by_run` on a CPU: one node of the graph for all runs, the kernel's own backward pass, and nothing copied."""

    @staticmethod
    def forward(ctx: Any, query: Tensor, key: Tensor, value: Tensor, runs: Runs, scale: float) -> Tensor:
        out = torch.empty_like(query.transpose(1, 2), memory_format=torch.contiguous_format)  # (1, T, H, D)
        sums = []
        for q, k, v, o in _pieces(runs, query, key, value, out.transpose(1, 2)):
            part, lse = attend(q, k, v, scale)
            o.copy_(part)
            sums.append(lse)
        ctx.save_for_backward(query, key, value, out, *sums)
        ctx.runs, ctx.scale = runs, scale
        return out

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Any:
        query, key, value, out, *sums = ctx.saved_tensors
        found = [torch.empty_like(out).transpose(1, 2) for _ in range(3)]  # of (1, H, T, D)
        pieces = _pieces(ctx.runs, gradient.transpose(1, 2), query, key, value, out.transpose(1, 2), *found)
        for lse, (g, q, k, v, o, *into) in zip(sums, pieces, strict=True):
            for one, part in zip(into, attend_backward(g, q, k, v, o, lse, ctx.scale), strict=True):
                one.copy_(part)
        return *found, None, None


def _pieces(runs: Runs, *states: Tensor) -> Iterator[list[Tensor]]:
    """Of each run, the views (count, H, length, D) of all `states` (1, H, T, D)."""
    start = 0
    for count, length in runs:
        size = count * length
        yield [_side_by_side(one.narrow(2, start, size), (count, length)) for one in states]
        start += size


def _side_by_side(states: Tensor, run: tuple[int, int]) -> Tensor:
    """(1, H, count · length, D) as (count, H, length, D): a view."""
    return torch.unflatten(states[0], 1, run).transpose(0, 1)


def _batch(examples: Sequence[Example], inputs: dict[str, Any]) -> Batch:
    """One state and one entry a text, in the order in which they lie; the entry's target is for others to set."""
    each = torch.arange(len(examples))
    return Batch(
        inputs=inputs,
        states=each,
        state=each,
        target=torch.zeros_like(each),
        weight=torch.ones(len(examples)),
        example=each,
        ids=tuple(example.id for example in examples),
        tokens=inputs["input_ids"].numel(),
    )


def _rows(examples: Sequence[Example], length: int) -> dict[str, Tensor]:
    """Texts side by side in rows of `length` tokens (n, L); what fills up is masked by length."""
    lengths = torch.tensor([_length(example) for example in examples])
    tokens = [(*example.tokens[:-1], *(0,) * (length - _length(example))) for example in examples]
    return {"input_ids": torch.tensor(tokens), "attention_mask": (torch.arange(length) < lengths[:, None]).long()}


def _sorted(examples: Sequence[Example]) -> list[list[Example]]:
    """The groups, short ones first, each with its texts in order."""
    return sorted(groups(sorted(examples, key=_by_length)), key=lambda group: (*_extent(group), group[0].together))


def _extent(group: Sequence[Example]) -> tuple[int, int]:
    """Tokens of the longest text, and how many texts there are."""
    return max(map(_length, group)), len(group)


def _by_length(example: Example) -> tuple[int, str]:
    return len(example.tokens), example.id


def _length(example: Example) -> int:
    return len(example.tokens) - 1


def _chunks(found: list[list[Example]], size: int) -> Iterator[list[list[Example]]]:
    return (found[start : start + size] for start in range(0, len(found), size))
