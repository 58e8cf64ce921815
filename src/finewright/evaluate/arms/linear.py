"""Logistic regression from a matrix of features to answers: what the TF-IDF and the frozen arm share.

Each learnable column of the answers gets a classifier of its own; the rest are constant. L-BFGS draws nothing at
random, so the same rows give the same classifier. Knows nothing of texts.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from finewright.base.protocols import Predictor
from finewright.base.records import Prediction, Record
from finewright.evaluate.arms.columns import Column, answer_of, columns_of
from finewright.evaluate.task import Task, most_frequent

Features = Any
"""(N, D) floats, dense or sparse: scikit-learn takes both."""

Featurise = Callable[[Sequence[str]], Features]

_MOST_ITERATIONS = 2000


def linear(train: Sequence[Record], task: Task, features: Features, featurise: Featurise, strength: float) -> Predictor:
    """Fit on `features` of the training records (N, D); asked records are turned into features by `featurise`.

    `strength` is scikit-learn's C, the inverse of the L2 penalty.
    """
    fitted = [_fit(column, features, strength) for column in columns_of(task, train)]

    def predict(records: Sequence[Record]) -> list[Prediction]:
        asked = featurise([record.text for record in records])
        values = [column(asked, len(records)) for column in fitted]
        return [
            Prediction(record.id, answer_of(task, row))
            for record, row in zip(records, zip(*values, strict=True), strict=True)
        ]

    return predict


def _fit(column: Column, features: Features, strength: float) -> Callable[[Features, int], list[str]]:
    if not column.learnable or len(set(column.targets)) == 1:
        constant = most_frequent(column.targets)
        return lambda _, rows: [constant] * rows
    model = LogisticRegression(C=strength, max_iter=_MOST_ITERATIONS).fit(features, np.asarray(column.targets))
    return lambda asked, _: [str(value) for value in model.predict(asked)]
