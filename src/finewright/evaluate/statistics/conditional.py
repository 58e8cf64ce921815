"""Whether a trait is preferred beyond what a known one explains: exact conditional logistic regression.

Of n rows two things were compared, of which one has more of the trait; x of a row is 1, 0 or -1 as that one is better,
as good or worse in what is known. The model is

    logit P(the one with more of the trait is preferred) = beta + gamma x

and given sum(x y), which is sufficient for gamma, the distribution of sum(y) hangs on beta alone (Cox 1970, The
Analysis of Binary Data, section 4.2; Mehta & Patel 1995, Statistics in Medicine 14:2143). So there is nothing to fit,
and nothing that fails where one side always wins. Knows no judges.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit, gammaln

_FARTHEST = 40.0
"""Log-odds beyond which a share is 0 or 1 to the last bit that is printed."""


@dataclass(frozen=True, slots=True)
class Beyond:
    """`share` is how often the one with more of the trait is preferred where both are equally good, between `low` and
    `high`; `p` is that of a half."""

    share: float
    low: float
    high: float
    p: float


def beyond(known: Sequence[int], preferred: Sequence[bool], confidence: float) -> Beyond | None:
    """The share of n rows, of `known` x and `preferred` y each; None where the rows cannot tell the two apart.

    The p-value is twice the smaller tail; the interval holds the shares that such a test does not refuse.
    """
    rows = [[chosen for x, chosen in zip(known, preferred, strict=True) if x == at] for at in (-1, 0, 1)]
    held = sum(rows[2]) - sum(rows[0])
    sums, logs = _distribution([len(row) for row in rows], held)
    if len(sums) < 2:
        return None
    seen, alpha = sum(map(sum, rows)), (1 - confidence) / 2
    low = _solve(lambda beta: _tail(sums, logs, beta, sums >= seen) - alpha) if seen > sums[0] else -_FARTHEST
    high = _solve(lambda beta: alpha - _tail(sums, logs, beta, sums <= seen)) if seen < sums[-1] else _FARTHEST
    likeliest = _likeliest(sums, logs, seen)
    p = 2 * min(_tail(sums, logs, 0.0, sums >= seen), _tail(sums, logs, 0.0, sums <= seen))
    return Beyond(float(expit(likeliest)), float(expit(low)), float(expit(high)), min(1.0, p))


def _distribution(sizes: Sequence[int], held: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The possible sums of y with the logs of their numbers of ways, given sizes by x and the held sum of x y."""
    worse, level, better = sizes
    free = np.arange(level + 1)
    found: dict[int, list[float]] = {}
    for y in range(max(0, -held), min(worse, better - held) + 1):
        ways = _choose(worse, np.array(y)) + _choose(better, np.array(held + y)) + _choose(level, free)
        for total, way in zip(held + 2 * y + free, ways, strict=True):
            found.setdefault(int(total), []).append(float(way))
    sums = np.array(sorted(found), dtype=np.int64)
    return sums, np.array([np.logaddexp.reduce(found[total]) for total in sums])


def _choose(rows: int, taken: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.asarray(gammaln(rows + 1) - gammaln(taken + 1) - gammaln(rows - taken + 1))


def _shares(sums: NDArray[np.int64], logs: NDArray[np.float64], beta: float) -> NDArray[np.float64]:
    tilted = logs + beta * sums
    weights = np.exp(tilted - tilted.max())
    return np.asarray(weights / weights.sum())


def _tail(sums: NDArray[np.int64], logs: NDArray[np.float64], beta: float, where: NDArray[np.bool_]) -> float:
    return float(_shares(sums, logs, beta)[where].sum())


def _likeliest(sums: NDArray[np.int64], logs: NDArray[np.float64], seen: int) -> float:
    """The conditional maximum of likelihood: where the sum seen is the one expected."""
    if seen in (sums[0], sums[-1]):
        return -_FARTHEST if seen == sums[0] else _FARTHEST
    return _solve(lambda beta: float(_shares(sums, logs, beta) @ sums) - seen)


def _solve(rising: Callable[[float], float]) -> float:
    return float(brentq(rising, -_FARTHEST, _FARTHEST))
