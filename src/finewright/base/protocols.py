"""The few shapes by which rooms meet without importing each other. An extension is a function that fits one of them."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from finewright.base.records import Completion, CompletionRequest, Prediction, Record, Score

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Completer(Protocol):
    """Anything that answers requests: the local engine, an endpoint, a fake. Order of answers is order of requests."""

    def complete(self, requests: Sequence[CompletionRequest]) -> list[Completion]:
        """One completion per request, in order. Raises InputError where a request cannot fit the context."""
        ...


class Scorer(Protocol):
    """Judges one answer against a record's reference answer. Pure: the same arguments give the same score."""

    def __call__(self, answer: str, record: Record) -> Score: ...


class Predictor(Protocol):
    """A fitted arm: records in, one prediction each, in order."""

    def __call__(self, records: Sequence[Record]) -> list[Prediction]: ...


@runtime_checkable
class GradualPredictor(Protocol):
    """A predictor whose predictions can be had as they come, so that a failure loses none of those before it."""

    def __call__(self, records: Sequence[Record]) -> list[Prediction]: ...

    def each(self, records: Sequence[Record]) -> Iterator[Prediction]:
        """One prediction each, in the order in which they come."""
        ...


Embed = Callable[[Sequence[str]], "NDArray[np.float32]"]
"""N texts to an (N, D) float32 array."""

CountTokens = Callable[[Record], int]
"""How many tokens a record takes as the model will see it."""
