"""How well passages were found: nDCG, reciprocal rank and recall at k. Knows no index; a ranking is a list of names.

`gains` says of each relevant name how relevant it is, 1 where relevance is yes or no; others are worth nothing. A name
that a ranking repeats counts where it first stands, and nothing behind it moves up.
"""

from collections.abc import Mapping, Sequence
from math import log2


def ndcg(ranking: Sequence[str], gains: Mapping[str, float], k: int) -> float:
    """Discounted gain of the first `k` over that of the best possible order, in 0..1.

    A name at rank r gives (2^gain - 1) / log2(r + 1) (Burges et al., Learning to Rank using Gradient Descent, 2005),
    which for yes and no is that of Jaervelin and Kekaelaeinen, 2002. Raises ValueError where nothing is relevant, or a
    gain is negative: a mean over queries must leave such out, rather than take them for failures.
    """
    _check(gains, k)
    best = sorted((2**gain - 1 for gain in gains.values()), reverse=True)[:k]
    found = [2 ** gains.get(name, 0.0) - 1 for name in _once(ranking, k)]
    return _discounted(found) / _discounted(best)


def reciprocal_rank(ranking: Sequence[str], gains: Mapping[str, float], k: int) -> float:
    """1 / the rank of the first relevant name among the first `k`, 0 where there is none. Its mean is the MRR.

    Raises ValueError as `ndcg`.
    """
    _check(gains, k)
    return next((1 / rank for rank, name in enumerate(_once(ranking, k), 1) if gains.get(name, 0) > 0), 0.0)


def recall(ranking: Sequence[str], gains: Mapping[str, float], k: int) -> float:
    """The share of the relevant names that stand among the first `k`. Raises ValueError as `ndcg`."""
    _check(gains, k)
    relevant = {name for name, gain in gains.items() if gain > 0}
    return len(relevant.intersection(ranking[:k])) / len(relevant)


def _once(ranking: Sequence[str], k: int) -> list[str]:
    """The first `k` names, each where it first stands; where it is repeated the empty name, which is nobody's."""
    return [name if name not in ranking[:at] else "" for at, name in enumerate(ranking[:k])]


def _discounted(gains: Sequence[float]) -> float:
    return sum(gain / log2(rank + 1) for rank, gain in enumerate(gains, 1))


def _check(gains: Mapping[str, float], k: int) -> None:
    if k < 1 or not any(gain > 0 for gain in gains.values()) or any(gain < 0 for gain in gains.values()):
        raise ValueError("wanted are k of 1 or more, at least one relevant name, and no negative gain")
