"""Attention over a token tree in few large pieces whose outputs merge. Knows no models; the pieces are `tiles.py`'s.

Every tile and trunk node attends to itself, and each trunk node's keys are attended, unmasked, by the run of queries
below it. States lie as (T · K, G, D) for K key heads of G queries each (1 for keys and values), so that a tile is a
gather of rows; a group's queries see their key head through a stride of zero, and no key is copied. The backward pass
hands each piece the merged output and log-sum-exp, so the pieces' gradients add up (`partial.py`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from finewright.model.partial import attend, attend_backward, merge
from finewright.model.tiles import Node, Parts


class MergedAttention(torch.autograd.Function):
    """query (1, H, T, D), key and value (1, K, T, D) -> (1, T, H, D); equal to dense attention up to rounding."""

    @staticmethod
    def forward(ctx: Any, query: Tensor, key: Tensor, value: Tensor, parts: Parts, scale: float) -> Tensor:
        """The merged output; what the backward pass needs is kept beside it."""
        pieces = _Pieces(parts, key.shape[1], query.shape[1] // key.shape[1], scale)
        q, k, v = (pieces.flat(one) for one in (query, key, value))
        out, lse = pieces.forward(q, k, v)
        ctx.save_for_backward(q, k, v, out, lse)
        ctx.pieces = pieces
        return out.view(1, -1, query.shape[1], query.shape[3])

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Any:
        """Gradients of query, key and value."""
        q, k, v, out, lse = ctx.saved_tensors
        found = ctx.pieces.backward(gradient.reshape(out.shape), q, k, v, out, lse)
        return *(ctx.pieces.shaped(one) for one in found), None, None


@dataclass(frozen=True, slots=True)
class _Pieces:
    parts: Parts
    heads: int
    group: int
    scale: float

    def flat(self, states: Tensor) -> Tensor:
        """(1, H, T, D) as (T · K, H / K, D): a view where the projection's own layout was kept."""
        return states.transpose(1, 2).reshape(-1, states.shape[1] // self.heads, states.shape[3])

    def shaped(self, states: Tensor) -> Tensor:
        """(T · K, G, D) as (1, K · G, T, D)."""
        return states.view(1, -1, self.heads * states.shape[1], states.shape[2]).transpose(1, 2)

    def forward(self, q: Tensor, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Output (T · K, G, D) and log-sum-exp (K, G, T)."""
        # The log-sum-exp is the kernel's: in single precision where the states are in half.
        wide = torch.promote_types(q.dtype, torch.float32)
        out, lse = torch.empty_like(q), q.new_empty(self.heads, self.group, len(q) // self.heads, dtype=wide)
        self._tiles_forward(q, k, v, out, lse)
        for node in self.parts.trunk:
            own = slice(node.start, node.stop)
            part, lse[:, :, own] = attend(self.run(q, own), self.run(k, own), self.run(v, own), self.scale, causal=True)
            self.run(out, own).copy_(part)
        for node in self._with_queries_below():
            own, below = slice(node.start, node.stop), slice(node.stop, node.end)
            part, sums = attend(self.run(q, below), self.run(k, own), self.run(v, own), self.scale)
            both, lse[:, :, below] = merge(self.run(out, below), lse[:, :, below], part, sums)
            self.run(out, below).copy_(both)
        return out, lse

    def backward(
        self, gradient: Tensor, q: Tensor, k: Tensor, v: Tensor, out: Tensor, lse: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Gradients of q, k and v, those of keys and values summed over the queries of their group."""
        found = torch.zeros_like(q), torch.zeros_like(k), torch.zeros_like(v)
        self._tiles_backward(gradient, q, k, v, out, lse, found)

        def add(queries: slice, keys: slice, causal: bool) -> None:
            of_q, of_k, of_v = attend_backward(
                self.run(gradient, queries),
                self.run(q, queries),
                self.run(k, keys),
                self.run(v, keys),
                self.run(out, queries),
                lse[:, :, queries],
                self.scale,
                causal=causal,
            )
            self.run(found[0], queries).add_(of_q)
            self._slice(found[1], keys).add_(of_k.sum(1, keepdim=True))
            self._slice(found[2], keys).add_(of_v.sum(1, keepdim=True))

        for node in self.parts.trunk:
            add(slice(node.start, node.stop), slice(node.start, node.stop), causal=True)
        for node in self._with_queries_below():
            add(slice(node.stop, node.end), slice(node.start, node.stop), causal=False)
        return found

    def run(self, states: Tensor, places: slice) -> Tensor:
        """(K, G, places, D) of a run of tokens: a view."""
        return self._slice(states, places).expand(-1, self.group, -1, -1)

    def tile(self, states: Tensor, rows: Tensor, side: int) -> Tensor:
        """(n · K, G, L, D) of the rows gathered for a bucket of tiles."""
        gathered = states.index_select(0, rows).view(-1, side, *states.shape[1:])
        return gathered.transpose(1, 2).expand(-1, self.group, -1, -1)

    def _slice(self, states: Tensor, places: slice) -> Tensor:
        return states.view(-1, self.heads, *states.shape[1:])[places].permute(1, 2, 0, 3)

    def _tiles_forward(self, q: Tensor, k: Tensor, v: Tensor, out: Tensor, lse: Tensor) -> None:
        rows = self.parts.rows(self.heads)
        done = [
            attend(
                self.tile(q, at, side),
                self.tile(k, at, side),
                self.tile(v, at, side),
                self.scale,
                mask=mask.to(q.dtype),
            )
            for side, at, mask in rows.gathers
        ]
        if done:
            out.index_copy_(0, rows.tiled, _rows([part for part, _ in done]).index_select(0, rows.places))
            sums = _rows([sums[..., None] for _, sums in done]).index_select(0, rows.places)  # (t · K, G, 1)
            lse.index_copy_(2, self.parts.tiled, sums.view(-1, self.heads, self.group).permute(1, 2, 0))

    def _tiles_backward(
        self,
        gradient: Tensor,
        q: Tensor,
        k: Tensor,
        v: Tensor,
        out: Tensor,
        lse: Tensor,
        found: tuple[Tensor, Tensor, Tensor],
    ) -> None:
        rows = self.parts.rows(self.heads)
        done = []
        for (side, at, mask), tiles in zip(rows.gathers, self.parts.tiles, strict=True):
            of_q, of_k, of_v = attend_backward(
                self.tile(gradient, at, side),
                self.tile(q, at, side),
                self.tile(k, at, side),
                self.tile(v, at, side),
                self.tile(out, at, side),
                lse[:, :, tiles.index].permute(2, 0, 1, 3).flatten(0, 1),  # (n · K, G, L)
                self.scale,
                mask=mask.to(q.dtype),
            )
            done.append((of_q, of_k.sum(1, keepdim=True), of_v.sum(1, keepdim=True)))
        if done:
            for into, of_kind in zip(found, zip(*done, strict=True), strict=True):
                into.index_copy_(0, rows.tiled, _rows(of_kind).index_select(0, rows.places))

    def _with_queries_below(self) -> Iterator[Node]:
        return (node for node in self.parts.trunk if node.end > node.stop)


def _rows(buckets: Sequence[Tensor]) -> Tensor:
    """Buckets (n · K, G, L, D) as rows (all n · K · L, G, D)."""
    return torch.cat([bucket.transpose(1, 2).reshape(-1, bucket.shape[1], bucket.shape[3]) for bucket in buckets])
