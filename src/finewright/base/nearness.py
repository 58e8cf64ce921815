"""Exact search for nearly equal texts. Knows strings alone: not records, parts or what a near pair means.

Two texts are as near as the Jaccard similarity of their sets of character 5-grams, taken of the case-folded,
whitespace-collapsed text. Nothing is sampled: the search finds all pairs at or above the threshold.

Pairs are found by prefix filtering (Chaudhuri, Ganti and Kaushik 2006; Bayardo, Ma and Srikant 2007): order all grams
from rare to frequent; two sets of Jaccard >= t share at least ceil(t·n) grams of either set of size n, so they share
one among the first n - ceil(t·n) + 1 of each. Only texts that meet in such a rare gram are compared.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from finewright.base.views import Joined

GRAM = 5
_REMEMBERED = 1 << 10


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
    if not left or not right:
        return []
    found = _near(Joined([left, right]), threshold, len(left))
    return [(i, j - len(left), alike) for i, j, alike in found]


def near_within(texts: Sequence[str], threshold: float) -> list[tuple[int, int, float]]:
    """All (i, j, similarity) with i < j at or above the threshold in (0, 1], in index order."""
    return list(_near(texts, threshold))


def _near(texts: Sequence[str], threshold: float, left: int = 0) -> Iterator[tuple[int, int, float]]:
    """The candidates of the search that are near; what each text consists of is made where it is looked at."""
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold {threshold} is not in (0, 1]")
    # Only whoever searches needs arrays.
    from finewright.base.near_search import candidates

    @lru_cache(maxsize=_REMEMBERED)
    def members(at: int) -> frozenset[str]:
        return grams(texts[at])

    for i, j in candidates(texts, normalised, GRAM, threshold, left):
        if (found := similarity(members(i), members(j))) >= threshold:
            yield i, j, found


def similarity(a: frozenset[str], b: frozenset[str]) -> float:
    """Similarity of two sets of grams in 0..1: shared ones over all of them."""
    shared = len(a & b)
    return shared / (len(a) + len(b) - shared)
