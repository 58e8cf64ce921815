"""What every decoder computation is fed: trunk inputs plus entries. Knows nothing of losses, files or tasks.

A batch says which tokens go through the decoder's trunk and, as *entries*, which of the resulting states predict
which targets with what weight. The layout of the tokens (padded rows, or a token tree) is the producer's affair: the
loop, the objectives and the scorer see entries alone. One state may carry several entries, and meets the head once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor


@dataclass(frozen=True, slots=True)
class Example:
    """A tokenised example. `supervised[i]` tells that token i is to be predicted from the tokens before it.

    Raises ValueError where the two differ in length, or the first token, which has none before it, is supervised.
    """

    id: str
    tokens: tuple[int, ...]
    supervised: tuple[bool, ...]

    def __post_init__(self) -> None:
        if len(self.tokens) != len(self.supervised) or self.supervised[:1] == (True,):
            raise ValueError(f"example {self.id}: a mark for each token, and none for the first, is wanted")

    @property
    def targets(self) -> int:
        """How many tokens are supervised."""
        return sum(self.supervised)


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
    """One optimizer step: micro-batches and the total entry weight that the summed loss is divided by."""

    batches: tuple[Batch, ...]
    weight: float


Batches = Callable[[Sequence[Example]], tuple[Batch, ...]]
"""Lays examples out as micro-batches; the same examples give the same batches in whatever order they come."""
