"""Few-shot examples of each row's own: the training rows nearest to it by frozen embeddings."""

from collections.abc import Sequence

from finewright.base.records import Record
from finewright.evaluate.arms.neighbours import Nearest
from finewright.evaluate.arms.prompted import Shots


def retrieved(train: Sequence[Record], nearest: Nearest, count: int) -> Shots:
    """Finds the `count` nearest of `train` for each record, the nearest last, where a model reads it just before.

    Never the record itself, one of its group or its near duplicates, which would hand over the answer.
    """

    def shots(records: Sequence[Record]) -> list[tuple[Record, ...]]:
        return [tuple(train[place] for place, _ in reversed(near)) for near in nearest.of(records, count)]

    return shots
