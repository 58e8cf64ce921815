"""Examples laid out as a forest of token trees: a token they share is computed once. Knows no attention, no model.

Every node is a run of tokens, every path from a root an example. The nodes lie in depth-first order in one packed row;
a token has a `position` (its depth on its path) and an `end` (the packed index at which its node's subtree ends), and
token q sees token k exactly when

    k <= q < end[k].

Sorting the examples' tokens *is* depth-first order: with `shared[i]` the tokens that row i begins with as row i-1 does
(the longest common prefix), row i adds its tokens from `shared[i]` on, and its token at depth d is shared by the rows
behind it until one shares d tokens or fewer.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from finewright.model.batch import Batch, Example
from finewright.model.tiles import Ints, Node, Parts, parts_of

# Shared runs of fewer tokens are not worth a node, for what they save their attention costs: least at the root, where
# every token of the row attends to them, and below.
_AT_THE_ROOT, _BELOW = 4, 2


@dataclass(frozen=True, eq=False)
class Tree:
    """A packed forest of T tokens.

    position    (T,) depth of each token on its path
    end         (T,) where the token's subtree ends
    nodes       all nodes in packed order; a node's children follow it
    depth       tokens on the longest path
    windows     the sliding windows that layers asked for
    """

    position: Ints
    end: Ints
    nodes: tuple[Node, ...]
    depth: int
    windows: set[int] = field(default_factory=set)
    _masks: dict[int | None, Tensor] = field(default_factory=dict)

    @cached_property
    def parts(self) -> Parts:
        """How its attention is cut up: worked out once, used by every layer."""
        return parts_of(self.nodes, self.end)

    def mask(self, window: int | None) -> Tensor:
        """(T, T) float32, added to the scores: 0 where token q, a row, sees token k, and -inf elsewhere."""
        if window not in self._masks:
            place = np.arange(len(self.end))
            seen = (place[None] <= place[:, None]) & (place[:, None] < self.end[None])
            if window is not None:
                position = self.position.astype(np.int32)
                seen &= position[:, None] - position[None] < window
            self._masks[window] = torch.zeros(seen.shape).masked_fill_(torch.from_numpy(~seen), float("-inf"))
        return self._masks[window]


@dataclass(frozen=True, slots=True)
class Branch:
    """An example ready to be laid out; `key` sorts as its tokens do, a beginning before what it begins."""

    example: Example
    tokens: Ints
    targets: Ints
    """Depths of the supervised tokens."""
    key: bytes

    @classmethod
    def of(cls, example: Example) -> "Branch":
        """The branch of an example."""
        tokens = np.array(example.tokens, dtype=np.int64)
        targets = np.flatnonzero(np.array(example.supervised, dtype=bool))
        return cls(example, tokens, targets, tokens.astype(">u4").tobytes())


class Frozen(Protocol):
    """States kept of the layers below `layer`, which do not learn."""

    @property
    def layer(self) -> int: ...
    def behind(self, parts: Sequence[tuple[str, int]]) -> Tensor:
        """The states of the examples named, each from the given depth on, one after another; (T, H)."""
        ...


class TreeBatches:
    """Examples to micro-batches of at most `micro_tokens` distinct tokens each, or of one larger group of examples.

    The same examples give the same batches in whatever order they come. With `frozen`, the trunk begins at its layer.
    """

    def __init__(self, micro_tokens: int, frozen: Frozen | None = None) -> None:
        self._micro_tokens, self._frozen = micro_tokens, frozen
        self._known: dict[str, Branch] = {}

    def __call__(self, examples: Sequence[Example]) -> tuple[Batch, ...]:
        """The micro-batches of one optimizer step; none of no examples."""
        return tuple(batch for batch, _ in self.with_parts(examples))

    def with_parts(self, examples: Sequence[Example]) -> Iterator[tuple[Batch, tuple[tuple[str, int], ...]]]:
        """The micro-batches, each with whose tokens it computes: examples' ids, and the depth from which on."""
        if not examples:
            return
        branches = sorted(map(self._branch, examples), key=lambda branch: (branch.key, branch.example.id))
        lengths = [len(branch.tokens) for branch in branches]
        shared = worthwhile(lengths, common_prefixes([branch.tokens for branch in branches]))
        cuts = _even_cuts(lengths, shared, _between_groups([branch.example for branch in branches]), self._micro_tokens)
        for first, behind in pairwise([*cuts, len(branches)]):
            depths = [0, *shared[first + 1 : behind]]
            parts = tuple((one.example.id, at) for one, at in zip(branches[first:behind], depths, strict=True))
            batch = _batch(branches[first:behind], depths)
            yield (batch if self._frozen is None else _fed(batch, self._frozen, parts)), parts

    def _branch(self, example: Example) -> Branch:
        known = self._known.get(example.id)
        if known is None or known.example is not example:
            known = self._known[example.id] = Branch.of(example)
        return known


def common_prefixes(rows: Sequence[Ints]) -> list[int]:
    """For each of the sorted rows, how many tokens it begins with as the row before it does; 0 for the first."""
    return [0, *(_common(one, other) for one, other in pairwise(rows))]


def _common(one: Ints, other: Ints) -> int:
    shorter = min(len(one), len(other))
    differ = one[:shorter] != other[:shorter]
    return int(differ.argmax()) if differ.any() else shorter


def worthwhile(
    lengths: Sequence[int], shared: Sequence[int], at_the_root: int = _AT_THE_ROOT, below: int = _BELOW
) -> list[int]:
    """How much of `shared` to make use of: a branching too few tokens below the last one moves up to it.

    A row that is the one before it once more branches nowhere.
    """
    branchings, used = [0], []  # depths at which the current path branches, from the root
    for length, common in zip(lengths, shared, strict=True):
        if common == length:
            used.append(common)
            continue
        while branchings[-1] > common:
            branchings.pop()
        if common - branchings[-1] >= (below if branchings[-1] else at_the_root):
            branchings.append(common)
        used.append(branchings[-1])
    return used


def grow(lengths: Sequence[int], shared: Sequence[int]) -> tuple[Tree, Ints]:
    """The tree of sorted rows; with, for each row, the packed index at which its own tokens start."""
    nodes: list[Node] = []
    path: list[tuple[int, int, int]] = []  # open nodes from the root: packed start, first depth, depth behind the last
    starts, size = [], 0
    for length, common in zip(lengths, shared, strict=True):
        while path and path[-1][2] > common:
            start, first, last = path.pop()
            if first < common:
                path.append((start, first, common))
                start, first = start + common - first, common
            nodes.append(Node(start, start + last - first, size))
        if length > common:
            path.append((size, common, length))
        starts.append(size)
        size += length - common
    nodes += [Node(start, start + last - first, size) for start, first, last in path]
    nodes.sort(key=lambda node: node.start)
    own, at = np.array(starts), np.array(shared)
    position = np.arange(size) - np.repeat(own - at, np.array(lengths) - at)
    end = np.repeat([node.end for node in nodes], [node.stop - node.start for node in nodes])
    return Tree(position, end, tuple(nodes), max(lengths)), own


def _between_groups(examples: Sequence[Example]) -> list[bool]:
    """Before which of the rows a cut parts no group."""
    last = {example.together: row for row, example in enumerate(examples)}
    free, reaching = [], -1
    for row, example in enumerate(examples):
        free.append(row > reaching)
        reaching = max(reaching, last[example.together])
    return free


def _even_cuts(lengths: Sequence[int], shared: Sequence[int], free: Sequence[bool], budget: int) -> list[int]:
    """The cuts of a smaller budget that asks for no more of them: as few as before, and less memory for each."""
    cuts = _cuts(lengths, shared, free, budget)
    least, most = (1, budget) if len(cuts) > 1 else (budget, budget)
    while least < most:
        tried = (least + most) // 2
        found = _cuts(lengths, shared, free, tried)
        if len(found) > len(cuts):
            least = tried + 1
        else:
            most, cuts = tried, found
    return cuts


def _cuts(lengths: Sequence[int], shared: Sequence[int], free: Sequence[bool], budget: int) -> list[int]:
    """Where each micro-batch begins. A cut falls where little is shared, in the last quarter of the rows that fit.

    Where only `free` rows may begin one, it is the last of them that fits; a group that is larger than the budget is
    taken whole.
    """
    cuts, used = [0], 0
    place = 0
    while place < len(lengths):
        used += lengths[place] - (0 if place == cuts[-1] else shared[place])
        if used > budget and (where := _cut_by(place, cuts[-1], shared, free)) is not None:
            place = where
            cuts.append(place)
            used = 0
            continue
        place += 1
    return cuts


def _cut_by(place: int, begun: int, shared: Sequence[int], free: Sequence[bool]) -> int | None:
    """The best row to begin a micro-batch with, at most `place`, behind the one that was begun; None for none."""
    earliest = begun + 1 + 3 * (place - begun) // 4
    late = [row for row in range(place, min(earliest, place) - 1, -1) if row > begun and free[row]]
    if late:
        return min(late, key=lambda row: shared[row])
    return next((row for row in range(place, begun, -1) if free[row]), None)


def _batch(branches: Sequence[Branch], shared: Sequence[int]) -> Batch:
    tree, own = grow([len(branch.tokens) for branch in branches], shared)
    tokens = np.concatenate([branch.tokens[depth:] for branch, depth in zip(branches, shared, strict=True)])
    counts = [len(branch.targets) for branch in branches]
    example = np.repeat(np.arange(len(branches)), counts)  # (E,)
    depths = np.concatenate([branch.targets for branch in branches])  # (E,)
    places = _places(example, depths - 1, own, np.array(shared))
    states, state = np.unique(places, return_inverse=True)
    target = np.concatenate([branch.tokens[branch.targets] for branch in branches])
    return Batch(
        inputs={
            "input_ids": torch.from_numpy(tokens)[None],
            "position_ids": torch.from_numpy(tree.position)[None],
            "tree": tree,
        },
        states=torch.from_numpy(states),
        state=torch.from_numpy(state),
        target=torch.from_numpy(target),
        weight=torch.ones(len(target)),
        example=torch.from_numpy(example),
        ids=tuple(branch.example.id for branch in branches),
        tokens=len(tokens),
    )


def _fed(batch: Batch, frozen: Frozen, parts: Sequence[tuple[str, int]]) -> Batch:
    """The batch with kept states in the place of tokens."""
    inputs = {name: value for name, value in batch.inputs.items() if name != "input_ids"}
    fed = {"inputs_embeds": frozen.behind(parts)[None], "from_layer": frozen.layer}
    return replace(batch, inputs=inputs | fed)


def _places(rows: Ints, depths: Ints, own: Ints, at: Ints) -> Ints:
    """Packed indices of tokens given by row and depth: in the row's own run, or in that of the row it branches from."""
    above = np.array(list(_parents(at.tolist())))
    while (higher := depths < at[rows]).any():
        rows = np.where(higher, above[rows], rows)
    return own[rows] + depths - at[rows]


def _parents(at: Sequence[int]) -> Iterator[int]:
    """For each row, the last before it whose own run begins less deep: it holds the token above this one's first."""
    open_rows: list[int] = []
    for row, depth in enumerate(at):
        while open_rows and at[open_rows[-1]] >= depth:
            open_rows.pop()
        yield open_rows[-1] if open_rows else row
        open_rows.append(row)
