"""An index in memory, and searching it: what a caller may not read is left out before anything is counted or ranked.

A search by somebody is a search of a view: the chunks that they may read, with word statistics and vectors of these
alone. So what it gives is bit for bit what an index of nothing else would give, and says nothing of the rest, be it by
a score, a rank, a count or a word's rarity. Knows no files.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from finewright.base.errors import InputError
from finewright.retrieve.corpus import Corpus
from finewright.retrieve.counts import Counts, Ints
from finewright.retrieve.dense import Nearest, Vectors, by_faiss, by_product
from finewright.retrieve.encoder import Encoder
from finewright.retrieve.entitlements import may_read
from finewright.retrieve.hit import Hit
from finewright.retrieve.ranking import Ranking, best, fused
from finewright.retrieve.sparse import Scores, bm25
from finewright.retrieve.words import words_of

Mode = Literal["bm25", "dense", "fused"]
_DEPTH = 100
"""How far down each ranking is read before they are fused, at the least."""
_VIEWS = 8
"""Views kept in memory; a view that is not everybody's holds a copy of its vectors."""


class Index:
    """A corpus with its word counts and, where it has any, the unit vectors (N, D) of its chunks.

    `encoder` embeds queries, and must be the one that the vectors are of. With `faiss` vectors are searched by it.
    """

    def __init__(
        self, corpus: Corpus, counts: Counts, vectors: Vectors | None, encoder: Encoder | None, *, faiss: bool = False
    ) -> None:
        self.corpus, self.counts, self.vectors, self.encoder = corpus, counts, vectors, encoder
        self._nearest: Callable[[Vectors], Nearest] = by_faiss if faiss else by_product
        self._chunks = corpus.chunks
        self._readers = list(dict.fromkeys(chunk.entitlements for _, chunk in self._chunks))
        number = {wanted: at for at, wanted in enumerate(self._readers)}
        self._read_by = np.array([number[chunk.entitlements] for _, chunk in self._chunks], np.int64)  # (N,)
        self._views: dict[tuple[bool, ...], _View] = {}

    def search(
        self,
        queries: Sequence[str],
        *,
        held: Collection[str] = (),
        mode: Mode = "fused",
        k: int = 10,
    ) -> list[list[Hit]]:
        """For each query the `k` best passages that a caller who holds these entitlements may read, best first.

        Fewer where there are no more; by words alone, where no more has a word of the query. A score is BM25's, a
        cosine, or the sum of reciprocal ranks, and compares within one answer. Raises InputError where `k` is below 1,
        or meaning is asked for and the index has no vectors.
        """
        if k < 1:
            raise InputError(f"{k} passages cannot be given", remedy="ask for 1 or more")
        if mode != "bm25" and (self.vectors is None or self.encoder is None):
            raise InputError("the index has no vectors", remedy="search with the mode bm25, or make one with a base")
        view = self._view(held)
        if not len(view.rows) or not queries:
            return [[] for _ in queries]
        return [self._hits(view, found) for found in self._rankings(view, queries, mode, k)]

    def _rankings(self, view: "_View", queries: Sequence[str], mode: Mode, k: int) -> list[Ranking]:
        if mode == "bm25":
            return [view.by_words(query, k) for query in queries]
        embedded = self._embedded(queries)
        if mode == "dense":
            return list(view.nearest(embedded, k))
        depth = max(k, _DEPTH)
        both = zip(queries, view.nearest(embedded, depth), strict=True)
        return [fused([view.by_words(query, depth), near], k) for query, near in both]

    def _embedded(self, queries: Sequence[str]) -> Vectors:
        assert self.encoder is not None
        return self.encoder.embed(queries)

    def _view(self, held: Collection[str]) -> "_View":
        key = tuple(may_read(wanted, held) for wanted in self._readers)
        view = self._views.pop(key, None)
        if view is None:
            rows = np.flatnonzero(np.array(key, bool)[self._read_by])
            view = _View(rows, self.counts, self.vectors, self._nearest)
        self._views[key] = view
        if len(self._views) > _VIEWS:
            del self._views[next(iter(self._views))]
        return view

    def _hits(self, view: "_View", found: Ranking) -> list[Hit]:
        taken = ((*self._chunks[view.rows[row]], score) for row, score in zip(found.rows, found.scores, strict=True))
        return [
            Hit(chunk.text, document.source, chunk.start, chunk.end, chunk.page, chunk.row, float(score))
            for document, chunk, score in taken
        ]


@dataclass(frozen=True)
class _View:
    """What one caller may search: `rows` are the chunks' numbers in the corpus, ascending; here they count from 0."""

    rows: Ints
    every_count: Counts
    every_vector: Vectors | None
    make_nearest: Callable[[Vectors], Nearest]

    def by_words(self, query: str, k: int) -> Ranking:
        """The chunks that have a word of the query, best first."""
        words = words_of(query)
        if not words:
            return Ranking(np.empty(0, np.int64), np.empty(0, np.float32))
        found = best(self._bm25(words), k)
        having = found.scores > 0
        return Ranking(found.rows[having], found.scores[having])

    @property
    def _whole(self) -> bool:
        return len(self.rows) == len(self.every_count.lengths)

    @cached_property
    def _bm25(self) -> Callable[[Sequence[str]], Scores]:
        return bm25(self.every_count if self._whole else self.every_count.within(self.rows))

    @cached_property
    def nearest(self) -> Nearest:
        """The nearest chunks of query vectors."""
        assert self.every_vector is not None
        vectors: NDArray[np.float32] = self.every_vector if self._whole else self.every_vector[self.rows]
        return self.make_nearest(vectors)
