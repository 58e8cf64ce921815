"""The best of many, in one order for equal scores, and two rankings made one. Knows numbers alone."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_FLATNESS = 60
"""k of reciprocal rank fusion as its authors set it: how little the first places count above those behind them."""
_SETS = 16


class Ranking(NamedTuple):
    """Numbers of chunks from the best on (K,), and their scores (K,)."""

    rows: NDArray[np.int64]
    scores: NDArray[np.float32]


def best(scores: NDArray[np.float32], k: int) -> Ranking:
    """The `k` highest of N scores (N,), or all where there are fewer; of equal ones the lower number comes first."""
    rows = np.flatnonzero(scores >= _floor(scores, k))
    if k < len(rows):
        among = scores[rows]
        least = np.partition(among, len(among) - k)[len(among) - k]
        above = np.flatnonzero(among > least)
        # Of many equal ones, as where most chunks have no word of a query, only those that count are sorted.
        rows = rows[np.concatenate([above, np.flatnonzero(among == least)[: k - len(above)]])]
    order = rows[np.lexsort((rows, -scores[rows]))]
    return Ranking(order, scores[order])


def _floor(scores: NDArray[np.float32], k: int) -> np.float32:
    """A score that at least `k` of them reach, in one pass: the k-th highest of the highest of disjoint sets.

    Looking for the k-th highest of all would move every score about. With sixteen sets for each one wanted only some
    three in a hundred more than `k` reach it; where there are too few for that, it is the lowest of all.
    """
    sets = _SETS * k
    size = len(scores) // sets
    if size < 2:
        return np.float32(-np.inf)
    highest = scores[: size * sets].reshape(size, sets).max(axis=0)
    floor: np.float32 = np.partition(highest, sets - k)[sets - k]
    return floor


def fused(rankings: Sequence[Ranking], k: int) -> Ranking:
    """The `k` best by reciprocal rank: a chunk's score sums 1 / (60 + its rank) over the rankings that have it.

    Ranks count from 1. Cormack, Clarke and Buettcher, Reciprocal Rank Fusion outperforms Condorcet and individual Rank
    Learning Methods, 2009.
    """
    rows, place = np.unique(np.concatenate([one.rows for one in rankings]), return_inverse=True)
    worth = np.concatenate([1 / (_FLATNESS + 1 + np.arange(len(one.rows))) for one in rankings])
    found = best(np.bincount(place, worth, len(rows)).astype(np.float32), k)
    return Ranking(rows[found.rows], found.scores)
