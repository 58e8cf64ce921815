"""The best of many, in one order for equal scores, and two rankings made one. Knows numbers alone."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_FLATNESS = 60
"""k of reciprocal rank fusion as its authors set it: how little the first places count above those behind them."""


class Ranking(NamedTuple):
    """Numbers of chunks from the best on (K,), and their scores (K,)."""

    rows: NDArray[np.int64]
    scores: NDArray[np.float32]


def best(scores: NDArray[np.float32], k: int) -> Ranking:
    """The `k` highest of N scores (N,), or all where there are fewer; of equal ones the lower number comes first."""
    if k < len(scores):
        least = np.partition(scores, len(scores) - k)[len(scores) - k]
        above = np.flatnonzero(scores > least)
        # Of many equal ones, as where most chunks have no word of a query, only those that count are sorted.
        rows = np.concatenate([above, np.flatnonzero(scores == least)[: k - len(above)]])
    else:
        rows = np.arange(len(scores))
    order = rows[np.lexsort((rows, -scores[rows]))]
    return Ranking(order, scores[order])


def fused(rankings: Sequence[Ranking], k: int) -> Ranking:
    """The `k` best by reciprocal rank: a chunk's score sums 1 / (60 + its rank) over the rankings that have it.

    Ranks count from 1. Cormack, Clarke and Buettcher, Reciprocal Rank Fusion outperforms Condorcet and individual Rank
    Learning Methods, 2009.
    """
    rows, place = np.unique(np.concatenate([one.rows for one in rankings]), return_inverse=True)
    worth = np.concatenate([1 / (_FLATNESS + 1 + np.arange(len(one.rows))) for one in rankings])
    found = best(np.bincount(place, worth, len(rows)).astype(np.float32), k)
    return Ranking(rows[found.rows], found.scores)
