"""Nearness by meaning, exactly: a matrix product of unit vectors. Knows no texts and no models.

`by_faiss` gives the same from faiss, which keeps no table of all scores; it is optional, and imported when asked for.
"""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from finewright.base.errors import InputError
from finewright.retrieve.ranking import Ranking, best

Vectors = NDArray[np.float32]
Nearest = Callable[[Vectors, int], Iterator[Ranking]]
"""Q query vectors (Q, D) and how many chunks are wanted of each, to Q rankings."""

_AT_ONCE = 64


def by_product(vectors: Vectors) -> Nearest:
    """The nearest of N `vectors` (N, D) by a product with all of them, 64 queries at a time."""

    def nearest(queries: Vectors, k: int) -> Iterator[Ranking]:
        for first in range(0, len(queries), _AT_ONCE):
            for scores in queries[first : first + _AT_ONCE] @ vectors.T:  # (N,)
                yield best(scores, k)

    return nearest


def by_faiss(vectors: Vectors) -> Nearest:
    """The same by faiss's flat index, which copies the vectors. Raises InputError where faiss is not installed."""
    try:
        import faiss
    except ImportError:
        raise InputError(
            "faiss is not installed", remedy="pip install 'finewright[faiss]', or search without"
        ) from None
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(np.ascontiguousarray(vectors))

    def nearest(queries: Vectors, k: int) -> Iterator[Ranking]:
        found, rows = index.search(np.ascontiguousarray(queries), min(k, len(vectors)))
        for scores, numbers in zip(found, rows, strict=True):
            order = np.lexsort((numbers, -scores))
            yield Ranking(numbers[order], scores[order])

    return nearest
