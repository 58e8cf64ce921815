"""Always the most frequent training answer: what any other arm must beat to have learned anything."""

from collections.abc import Sequence

from finewright.base.protocols import Predictor
from finewright.base.records import Prediction, Record
from finewright.evaluate.task import most_frequent


def majority(train: Sequence[Record]) -> Predictor:
    """A predictor of the most frequent answer of `train`; of several the first in sorted order."""
    answer = most_frequent([record.answer for record in train])

    def predict(records: Sequence[Record]) -> list[Prediction]:
        return [Prediction(record.id, answer) for record in records]

    return predict
