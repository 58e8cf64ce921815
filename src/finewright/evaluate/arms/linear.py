"""Logistic regression from a matrix of features to answers: what the TF-IDF and the frozen arm share.

Each learnable column of the answers gets a classifier of its own; the rest are constant. L-BFGS draws nothing at
random, so the same rows give the same classifier. Knows nothing of texts.
"""

import warnings
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
            Prediction(record.id, answer_of(task, [value for value, _ in row]), probability=_sure(task, row))
            for record, row in zip(records, zip(*values, strict=True), strict=True)
        ]

    return predict


def _sure(task: Task, row: Sequence[tuple[str, float]]) -> float | None:
    """The probability of a whole answer, where it is one label: parts of others hang together."""
    return row[0][1] if task.kind == "classes" else None


def _fit(column: Column, features: Features, strength: float) -> Callable[[Features, int], list[tuple[str, float]]]:
    """To features (N, D) and N, each row's value and its probability."""
    if not column.learnable or len(set(column.targets)) == 1:
        constant = most_frequent(column.targets)
        return lambda _, rows: [(constant, column.targets.count(constant) / len(column.targets))] * rows
    model = regression(features, column.targets, strength)

    def predicted(asked: Features, _: int) -> list[tuple[str, float]]:
        likely = model.predict_proba(asked)  # (N, values)
        best = likely.argmax(axis=1)
        return [(str(model.classes_[at]), float(row[at])) for at, row in zip(best, likely, strict=True)]

    return predicted


def regression(features: Features, targets: Sequence[str], strength: float) -> LogisticRegression:
    """The one way in which a classifier is fitted, on (N, D) features and N targets of at least two kinds."""
    with warnings.catch_warnings():
        # Few rows of many labels are what they are; the library takes them for a regression.
        warnings.filterwarnings("ignore", message="The number of unique classes is greater than 50%")
        return LogisticRegression(C=strength, max_iter=_MOST_ITERATIONS).fit(features, np.asarray(targets))
