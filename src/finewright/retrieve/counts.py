"""How often each word stands in each chunk: what BM25 is computed from, of all chunks or of some. Knows no ranking."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from finewright.retrieve.words import words_of

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Counts:
    """A sparse table of N chunks and V words, word by word: word w stands in `chunk[start[w]:start[w + 1]]`, ascending,
    as often as `count` says at the same places. `lengths` (N,) counts all words of a chunk."""

    vocabulary: dict[str, int]
    start: Ints  # (V + 1,)
    chunk: Ints  # (entries,)
    count: Ints  # (entries,)
    lengths: Ints  # (N,)

    def within(self, rows: Ints) -> "Counts":
        """The table of these chunks alone, ascending, numbered anew: as if no other had ever been counted."""
        place = np.full(len(self.lengths), -1, np.int64)
        place[rows] = np.arange(len(rows))
        kept = place[self.chunk] >= 0  # (entries,)
        start = np.concatenate([[0], np.cumsum(kept)])[self.start]
        return Counts(self.vocabulary, start, place[self.chunk[kept]], self.count[kept], self.lengths[rows])


def counted(texts: Sequence[str]) -> Counts:
    """The words of these texts; a word's number is that of its first appearance."""
    vocabulary: dict[str, int] = {}
    word: list[int] = []
    chunk: list[int] = []
    count: list[int] = []
    lengths: list[int] = []
    for number, text in enumerate(texts):
        found = Counter(words_of(text))
        word += [vocabulary.setdefault(one, len(vocabulary)) for one in found]
        chunk += [number] * len(found)
        count += found.values()
        lengths.append(found.total())
    words = np.array(word, np.int64)
    order = np.argsort(words, kind="stable")
    start = np.searchsorted(words[order], np.arange(len(vocabulary) + 1))
    return Counts(
        vocabulary,
        start.astype(np.int64),
        np.array(chunk, np.int64)[order],
        np.array(count, np.int64)[order],
        np.array(lengths, np.int64),
    )
