"""How the attention of a token tree is cut into few, large pieces. Knows nodes and packed indices; no kernels.

A subtree of at most `SIDE` tokens goes into a *tile* whole, with its neighbours under the same parent as long as there
is room: the tile's tokens see each other under a mask, and everything above the tile without one. A node whose subtree
is larger is part of the *trunk*: its tokens see each other causally, and are seen by all of the subtree below them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Ints = NDArray[np.int64]

SIDE = 64  # tokens of a tile: larger ones compute more that is masked, smaller ones have more keys above them
_STEP = 16  # tiles are padded to a multiple of this and computed with those of the same


@dataclass(frozen=True, slots=True)
class Node:
    """A run of tokens [start, stop) in the packed row; its subtree, itself included, ends at `end`."""

    start: int
    stop: int
    end: int


@dataclass(frozen=True, slots=True)
class Tiles:
    """n tiles padded to L tokens.

    index   (n, L) packed index of each place; padding repeats a token, and sees and is seen by nothing
    mask    (n, 1, L, L) float32, added to the scores: 0 where place q sees place k, -inf elsewhere
    """

    index: Tensor
    mask: Tensor


@dataclass(frozen=True, slots=True)
class Rows:
    """Tiles for states laid out (T · K, ...), a row for each token and key head.

    gathers     of each bucket its side L, its rows (n · K · L,) in the order tile, head, place, and its mask
                (n · K, 1, L, L)
    tiled       (t · K,) the rows of all tokens in tiles
    places      (t · K,) where each is found among all buckets' rows
    """

    gathers: tuple[tuple[int, Tensor, Tensor], ...]
    tiled: Tensor
    places: Tensor


@dataclass(frozen=True, slots=True)
class Parts:
    """The pieces of a tree of T tokens.

    trunk       the nodes outside tiles, in packed order
    tiles       tiles by padded length
    tiled       (t,) packed indices of all tokens in tiles
    places      (t,) where each is found in all tiles' places, one bucket after the other
    """

    trunk: tuple[Node, ...]
    tiles: tuple[Tiles, ...]
    tiled: Tensor
    places: Tensor
    _rows: dict[int, Rows] = field(default_factory=dict)

    def rows(self, heads: int) -> Rows:
        """The tiles' rows for this many key heads; worked out once, used by every layer."""
        if heads not in self._rows:
            self._rows[heads] = self._by_head(heads)
        return self._rows[heads]

    def _by_head(self, heads: int) -> Rows:
        head = torch.arange(heads)
        gathers, found, offset = [], [torch.empty(0, heads, dtype=torch.int64)], 0
        for tiles in self.tiles:
            count, side = tiles.index.shape
            rows = (tiles.index[:, None, :] * heads + head[:, None]).flatten()
            gathers.append((side, rows, tiles.mask.repeat_interleave(heads, 0)))
            order = torch.arange(len(rows)).view(count, heads, side) + offset
            found.append(order.transpose(1, 2).reshape(count * side, heads))
            offset += len(rows)
        return Rows(
            tuple(gathers),
            (self.tiled[:, None] * heads + head).flatten(),
            torch.cat(found).index_select(0, self.places).flatten(),
        )


def parts_of(nodes: Sequence[Node], end: Ints) -> Parts:
    """The pieces of the tree with these nodes in packed order, and each token's `end` (T,)."""
    trunk = tuple(node for node in nodes if node.end - node.start > SIDE)
    spans = list(_spans(nodes))
    buckets: dict[int, list[tuple[int, int]]] = {}
    for first, last in spans:
        buckets.setdefault(-(-(last - first) // _STEP) * _STEP, []).append((first, last))
    tiles, tiled, places, offset = [], [], [], 0
    for side, members in sorted(buckets.items()):
        index, seen = _laid_out(members, side, end)
        tiles.append(Tiles(torch.from_numpy(index), _additive(seen)))
        real = np.arange(side) < np.array([last - first for first, last in members])[:, None]  # (n, L)
        tiled.append(index[real])
        places.append(np.flatnonzero(real) + offset)
        offset += index.size
    none = [np.empty(0, dtype=np.int64)]
    return Parts(
        trunk,
        tuple(tiles),
        torch.from_numpy(np.concatenate(tiled or none)),
        torch.from_numpy(np.concatenate(places or none)),
    )


def _spans(nodes: Sequence[Node]) -> Iterator[tuple[int, int]]:
    """The packed span of each tile: whole subtrees that follow each other under one parent."""
    above: list[Node] = []  # the trunk over the present node
    first = last = 0  # the tile in the making
    for node in nodes:
        if node.start < last:
            continue  # inside a subtree that the tile holds already
        large = node.end - node.start > SIDE
        if last > first and (large or node.end - first > SIDE or node.start == _last_end(above)):
            yield first, last
            first = last
        while above and above[-1].end <= node.start:
            above.pop()
        if large:
            above.append(node)
            first = last = node.stop
        else:
            first, last = first if last > first else node.start, node.end
    if last > first:
        yield first, last


def _last_end(above: Sequence[Node]) -> int | None:
    return above[-1].end if above else None


def _laid_out(members: Sequence[tuple[int, int]], side: int, end: Ints) -> tuple[Ints, NDArray[np.bool_]]:
    """Packed indices (n, side) and what sees what (n, side, side) of the spans `members`."""
    firsts, lasts = np.array(members).T
    index = np.minimum(firsts[:, None] + np.arange(side), lasts[:, None] - 1)
    real = np.arange(side) < (lasts - firsts)[:, None]
    seen = np.tril(np.ones((side, side), dtype=bool)) & (index[:, :, None] < end[index][:, None, :])
    return index, seen & real[:, :, None] & real[:, None, :]


def _additive(seen: NDArray[np.bool_]) -> Tensor:
    mask = torch.zeros(seen.shape, dtype=torch.float32)
    return mask.masked_fill_(torch.from_numpy(~seen), float("-inf"))[:, None]
