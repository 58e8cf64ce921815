"""What every decoder computation is fed: trunk inputs plus entries. Knows nothing of losses, files or tasks.

A batch says which tokens go through the decoder's trunk and, as *entries*, which of the resulting states predict
which targets with what weight. The layout of the tokens (padded rows, or a token tree) is the producer's affair: the
loop, the objectives and the scorer see entries alone. One state may carry several entries, and meets the head once.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Example:
    """A tokenised example. `supervised[i]` tells that token i is to be predicted from the tokens before it.

    Examples of one `group`, such as the two sides of a preference, are learned together: no layout and no step parts
    them. An example without one stands by itself.

    Raises ValueError where the two differ in length, or the first token, which has none before it, is supervised.
    """

    id: str
    tokens: tuple[int, ...]
    supervised: tuple[bool, ...]
    group: str | None = None

    def __post_init__(self) -> None:
        if len(self.tokens) != len(self.supervised) or self.supervised[:1] == (True,):
            raise ValueError(f"example {self.id}: a mark for each token, and none for the first, is wanted")

    @property
    def targets(self) -> int:
        """How many tokens are supervised."""
        return sum(self.supervised)

    @property
    def together(self) -> str:
        """What names the example and those that it is not parted from."""
        return self.id if self.group is None else self.group


def groups(examples: Sequence[Example]) -> list[list[Example]]:
    """The examples by what is learned together, in the order in which each group begins."""
    found: dict[tuple[bool, str], list[Example]] = {}
    for example in examples:
        found.setdefault((example.group is None, example.together), []).append(example)
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Batch:
    """One micro-batch: S distinct supervised states, E >= S entries.

    inputs    keyword arguments of the decoder's trunk; its output (B, T, H) is flattened to (B·T, H). With `from_layer`
              the layers below it are left out, and `inputs_embeds` is what it is fed
    states    (S,) int64, indices into that flattened output
    state     (E,) int64, which of the S states the entry reads
    target    (E,) int64, the token to predict
    weight    (E,) float32, the entry's weight in the loss
    example   (E,) int64, index into `ids`
    ids       the examples' record ids
    tokens    tokens computed, padding included, shared ones once
    general   whether its examples are general ones, learned against forgetting beside the task's own
    """

    inputs: Mapping[str, Any]
    states: Tensor
    state: Tensor
    target: Tensor
    weight: Tensor
    example: Tensor
    ids: tuple[str, ...]
    tokens: int
    general: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One optimizer step: micro-batches and the weight that the summed loss is divided by.

    A step without batches learns nothing. `figures` is asked once the step is learned, for what the log is to hold of
    it besides the loss.
    """

    batches: tuple[Batch, ...]
    weight: float
    figures: Callable[[], Mapping[str, float]] = dict


def in_turn(batches: Iterable[Batch]) -> Iterator[Batch]:
    """Each batch once, and let go when the next is asked for: a tree holds the masks of its attention."""
    waiting = deque(batches)
    del batches  # or it would hold them all
    while waiting:
        yield waiting.popleft()


def supervised(batch: Batch) -> float:
    """The weight of a batch's entries: its supervised tokens, where each counts one."""
    return float(batch.weight.sum())


def by_example(batch: Batch, values: Tensor) -> Tensor:
    """The sums over each example's entries, (E,) -> (N,), in the order of `ids`."""
    return values.new_zeros(len(batch.ids)).index_add(0, batch.example, values)


def by_entry(batch: Batch, known: Mapping[str, Tensor]) -> Tensor:
    """What is known of each example's targets, one value each in their order, laid out as the entries are: (E,)."""
    counts = torch.bincount(batch.example, minlength=len(batch.ids)).tolist()
    found = torch.cat([known[name] for name in batch.ids])  # layouts hold an example's entries together, in order
    if [len(known[name]) for name in batch.ids] != counts or bool((batch.example.diff() < 0).any()):
        raise ValueError("what is known of the examples is not a value for each of their targets")
    return found


Batches = Callable[[Sequence[Example]], tuple[Batch, ...]]
"""Lays examples out as micro-batches; the same examples give the same batches in whatever order they come."""
