"""BM25 by `bm25s`: a score of each chunk for a query's words. Knows no callers: it gets what may be counted.

Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond, 2009, in Lucene's form: over N chunks,
of a word in n of them, c times in a chunk of length l,

    log(1 + (N - n + 1/2) / (n + 1/2)) * c / (c + k1 * (1 - b + b * l / mean length)),    k1 = 1.5, b = 0.75

which `bm25s` computes for all words and chunks when it is made. It does so chunk by chunk in Python; here it is handed
the same table made in one piece from counts, so that one can be made for each caller.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from finewright.retrieve.counts import Counts

Scores = NDArray[np.float32]


def bm25(counts: Counts) -> Callable[[Sequence[str]], Scores]:
    """A function from a query's words to the scores (N,) of all chunks; words that no chunk has count for nothing."""
    from bm25s import BM25

    model = BM25(method="lucene", backend="numpy")
    model.vocab_dict = counts.vocabulary
    model.nonoccurrence_array = None
    model.scores = {
        "data": _scores(counts, model.k1, model.b),
        "indices": counts.chunk.astype(np.int32),
        "indptr": counts.start,
        "num_docs": len(counts.lengths),
    }

    def scores(words: Sequence[str]) -> Scores:
        known = model.get_tokens_ids(list(words))
        if not known:
            return np.zeros(len(counts.lengths), np.float32)
        found: Scores = model.get_scores_from_ids(known)
        return found

    return scores


def _scores(counts: Counts, k1: float, b: float) -> Scores:
    """What each word is worth in each chunk that has it, (entries,)."""
    chunks = len(counts.lengths)
    having = np.diff(counts.start)  # (V,)
    rare = np.log1p((chunks - having + 0.5) / (having + 0.5))  # (V,)
    longer = counts.lengths / max(counts.lengths.mean(), 1e-9)
    norm = (k1 * (1 - b + b * longer)).astype(np.float32)  # (N,)
    often = counts.count.astype(np.float32)
    worth = np.repeat(rare, having).astype(np.float32) * (often / (often + norm[counts.chunk]))
    found: Scores = worth.astype(np.float32)
    return found
