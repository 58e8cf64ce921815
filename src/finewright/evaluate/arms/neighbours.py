"""The nearest training rows by frozen embeddings, and their vote: the plainest form of answering by retrieval.

A row's neighbours vote with their cosine similarity; how many vote is chosen by leaving out each training row in turn,
together with the rows of its group and its near duplicates, which would give its answer away. Knows no model.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from finewright.base.nearness import grams, similarity
from finewright.base.protocols import Embed, Predictor
from finewright.base.records import Prediction, Record
from finewright.evaluate.arms.columns import Column, answer_of, columns_of
from finewright.evaluate.task import Task, most_frequent

_BLOCK = 1024
_COUNTS = (1, 2, 3, 5, 8, 13, 21, 34, 50, 75, 100, 150, 200, 300, 500, 750, 1000)
_LEFT_OUT = 2000
"""Training rows that are left out in turn to choose how many vote; more change the choice no longer."""

Near = NDArray[np.intp]
Similarity = NDArray[np.float32]


class Nearest:
    """Training rows by the vectors of their texts, searched exactly.

    near   Jaccard similarity of character 5-grams from which two inputs count as the same, as the split has it
    """

    def __init__(self, train: Sequence[Record], embed: Embed, near: float) -> None:
        self._train, self._embed, self._near = tuple(train), embed, near
        self._vectors = embed([record.text for record in train])  # (N, D)
        self._grams: dict[int, frozenset[str]] = {}

    def of(self, records: Sequence[Record], most: int) -> Iterator[list[tuple[int, float]]]:
        """For each record the places of up to `most` training rows and their cosines, nearest first, equals by id.

        Left out are the record itself, rows of its group and its near duplicates.
        """
        for start in range(0, len(records), _BLOCK):
            block = records[start : start + _BLOCK]
            # Rounded, for equal vectors do not come out of a product of matrices equal to the last bit.
            similar = np.round(self._embed([record.text for record in block]) @ self._vectors.T, 6)  # (B, N)
            for record, row in zip(block, similar, strict=True):
                yield self._foreign(record, row, most)

    def _foreign(self, record: Record, row: Similarity, most: int) -> list[tuple[int, float]]:
        own, looked_at = grams(record.text), most
        while True:
            looked_at = min(2 * looked_at, len(row))
            order = self._order(row, looked_at)
            found = [(place, float(row[place])) for place in order if not self._same(record, own, place)]
            if len(found) >= most or looked_at == len(row):
                return found[:most]

    def _order(self, row: Similarity, count: int) -> list[int]:
        """Places of the `count` most similar rows; every row as similar as the last of them is looked at too."""
        if count < len(row):
            least = np.partition(row, len(row) - count)[len(row) - count]
            places = np.flatnonzero(row >= least)
        else:
            places = np.arange(len(row))
        return sorted(map(int, places), key=lambda place: (-float(row[place]), self._train[place].id))[:count]

    def _same(self, record: Record, own: frozenset[str], place: int) -> bool:
        other = self._train[place]
        if record.id == other.id or (record.group is not None and record.group == other.group):
            return True
        if place not in self._grams:
            self._grams[place] = grams(other.text)
        return similarity(own, self._grams[place]) >= self._near


def neighbours(train: Sequence[Record], task: Task, nearest: Nearest, most: int) -> Predictor:
    """A predictor by the vote of a row's nearest training rows, up to `most` of them.

    Of a JSON record, each field with a closed set of values is voted on by itself and the others get their most
    frequent value.
    """
    columns = columns_of(task, train)
    usual = [most_frequent(column.targets) for column in columns]
    count = _chosen(train, columns, nearest, most)

    def said(near: Sequence[tuple[int, float]]) -> str:
        votes = [_vote(column, near) if column.learnable else None for column in columns]
        return answer_of(task, [value if vote is None else vote for vote, value in zip(votes, usual, strict=True)])

    def predict(records: Sequence[Record]) -> list[Prediction]:
        found = nearest.of(records, count)
        return [Prediction(record.id, said(near)) for record, near in zip(records, found, strict=True)]

    return predict


def _chosen(train: Sequence[Record], columns: Sequence[Column], nearest: Nearest, most: int) -> int:
    """How many neighbours name most values of left-out training rows rightly; of equals the fewest."""
    counts = [count for count in _COUNTS if count <= min(most, len(train))]
    step = max(1, -(-len(train) // _LEFT_OUT))
    asked = range(0, len(train), step)
    right = dict.fromkeys(counts, 0)
    learnable = [column for column in columns if column.learnable]
    for place, near in zip(asked, nearest.of([train[at] for at in asked], counts[-1]), strict=True):
        for count in counts:
            right[count] += sum(_vote(column, near[:count]) == column.targets[place] for column in learnable)
    return max(counts, key=lambda count: (right[count], -count))


def _vote(column: Column, near: Sequence[tuple[int, float]]) -> str | None:
    """The value with most similarity behind it, of equals the first in sorted order; None where nobody votes."""
    votes: dict[str, float] = defaultdict(float)
    for place, cosine in near:
        votes[column.targets[place]] += max(cosine, 0.0)
    return min(votes, key=lambda value: (-votes[value], value), default=None)
