"""F1 over labels, of rows that each want and name any number of them, as functions of row weights.

A task of one label a row is the case of sets of one. Knows nothing of tasks, arms or intervals.
"""

from collections.abc import Collection, Sequence

import numpy as np
from scipy.sparse import csr_array

from finewright.evaluate.statistics.intervals import Floats, Statistic

LabelSets = Sequence[Collection[str]]
"""The labels of each row, none twice."""


def micro_f1(wanted: LabelSets, said: LabelSets) -> Statistic:
    """F1 over all labels of all rows taken together; 1 where none is wanted and none is named."""
    hits = np.array([len(set(left) & set(right)) for left, right in zip(wanted, said, strict=True)], dtype=np.float64)
    sizes = np.array([len(left) + len(right) for left, right in zip(wanted, said, strict=True)], dtype=np.float64)

    def statistic(weights: Floats) -> Floats:
        total = weights @ sizes  # (B,)
        return np.asarray(np.where(total > 0, 2 * (weights @ hits) / np.maximum(total, 1.0), 1.0))

    return statistic


def macro_f1(wanted: LabelSets, said: LabelSets) -> Statistic:
    """Mean F1 over the labels that the (weighted) rows want.

    A label that no row wants is left out, as its F1 would be 0 whatever the arm knows of it; an answer that names it
    in place of a wanted label still costs that label. Where no label is wanted at all it is 1 if no label is named.
    """
    index = {name: number for number, name in enumerate(sorted({name for names in wanted for name in names}))}

    def table(rows: LabelSets) -> csr_array:
        cells = [(row, index[name]) for row, names in enumerate(rows) for name in names if name in index]
        at = np.array(cells, dtype=np.int64).reshape(-1, 2).T
        return csr_array((np.ones(len(cells)), (at[0], at[1])), shape=(len(rows), len(index)))

    actual, named = table(wanted), table(said)
    hits = table([set(left) & set(right) for left, right in zip(wanted, said, strict=True)])
    idle = np.array([not names for names in said], dtype=np.float64)  # rows that name nothing

    def statistic(weights: Floats) -> Floats:
        wanted_counts = weights @ actual  # (B, labels)
        present = wanted_counts > 0
        f1 = 2 * (weights @ hits) / np.where(present, wanted_counts + weights @ named, 1.0)
        labels = present.sum(axis=1)
        silent = weights @ idle == weights.sum(axis=1)
        return np.asarray(np.where(labels > 0, (f1 * present).sum(axis=1) / np.maximum(labels, 1), silent))

    return statistic
