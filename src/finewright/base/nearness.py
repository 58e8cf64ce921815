"""Exact search for nearly equal texts. Knows strings alone: not records, parts or what a near pair means.

Two texts are as near as the Jaccard similarity of their sets of character 5-grams, taken of the case-folded,
whitespace-collapsed text. Nothing is sampled or hashed together: the search finds all pairs at or above the threshold.

Pairs are found by prefix filtering (Chaudhuri, Ganti and Kaushik 2006; Bayardo, Ma and Srikant 2007): order all grams
from rare to frequent; two sets of Jaccard >= t share at least ceil(t·n) grams of either set of size n, so they share
one among the first n - ceil(t·n) + 1 of each. Only texts that meet in such a rare gram are compared.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain

GRAM = 5
_ROUNDING = 1e-9


def normalised(text: str) -> str:
    """The text without differences of case and of white space: what counts as the same text."""
    return " ".join(text.casefold().split())


def grams(text: str) -> frozenset[str]:
    """The set of character 5-grams of the normalised text; of a shorter text, the text itself."""
    plain = normalised(text)
    return frozenset(plain[at : at + GRAM] for at in range(max(1, len(plain) - GRAM + 1)))


def jaccard(a: str, b: str) -> float:
    """Similarity of two texts in 0..1: shared 5-grams over all 5-grams."""
    return similarity(grams(a), grams(b))


def near_pairs(left: Sequence[str], right: Sequence[str], threshold: float) -> list[tuple[int, int, float]]:
    """All (index in left, index in right, similarity) at or above the threshold in (0, 1], in index order."""
    sets = [grams(text) for text in chain(left, right)]
    ordered = _rare_first(sets)
    index = _Index(threshold)
    for at in range(len(left), len(sets)):
        index.add(at, sets[at], ordered[at])
    found = ((i, j - len(left), s) for i in range(len(left)) for j, s in index.near(sets[i], ordered[i]))
    return sorted(found)


def near_within(texts: Sequence[str], threshold: float) -> list[tuple[int, int, float]]:
    """All (i, j, similarity) with i < j at or above the threshold in (0, 1], in index order."""
    sets = [grams(text) for text in texts]
    ordered = _rare_first(sets)
    index = _Index(threshold)
    found = []
    for j in range(len(sets)):
        found += [(i, j, s) for i, s in index.near(sets[j], ordered[j])]
        index.add(j, sets[j], ordered[j])
    return sorted(found)


class _Index:
    """Sets by the rare grams of their prefix."""

    def __init__(self, threshold: float) -> None:
        if not 0 < threshold <= 1:
            raise ValueError(f"threshold {threshold} is not in (0, 1]")
        self._threshold = threshold
        self._sets: dict[int, frozenset[str]] = {}
        self._holders: defaultdict[int, list[int]] = defaultdict(list)

    def add(self, name: int, members: frozenset[str], ordered: Sequence[int]) -> None:
        self._sets[name] = members
        for gram in self._prefix(ordered):
            self._holders[gram].append(name)

    def near(self, members: frozenset[str], ordered: Sequence[int]) -> Iterator[tuple[int, float]]:
        """Names of the sets at or above the threshold, each with its similarity."""
        meets = {name for gram in self._prefix(ordered) for name in self._holders.get(gram, ())}
        least, most = (len(members) * self._threshold - _ROUNDING, len(members) / self._threshold + _ROUNDING)
        for name in meets:
            other = self._sets[name]
            if least <= len(other) <= most and (found := similarity(members, other)) >= self._threshold:
                yield name, found

    def _prefix(self, ordered: Sequence[int]) -> Sequence[int]:
        shared = math.ceil(self._threshold * len(ordered) - _ROUNDING)
        return ordered[: len(ordered) - max(shared, 1) + 1]


def similarity(a: frozenset[str], b: frozenset[str]) -> float:
    """Similarity of two sets of grams in 0..1: shared ones over all of them."""
    shared = len(a & b)
    return shared / (len(a) + len(b) - shared)


def _rare_first(sets: Sequence[frozenset[str]]) -> list[list[int]]:
    """Each set as numbers, the same gram the same number, rare grams first."""
    counts = Counter(chain.from_iterable(sets))
    number = {gram: place for place, (gram, _) in enumerate(sorted(counts.items(), key=lambda item: item[::-1]))}
    return [sorted(number[gram] for gram in members) for members in sets]
