"""Which unlabelled texts to label next: those a classifier is least sure of, and no two that say nearly the same.

Uncertainty sampling (Lewis & Gale 1994, SIGIR) by the margin between the two likeliest labels (Scheffer et al. 2001) or
by entropy. Without the second half a queue fills up with copies of one hard text. Knows nothing of files or of models.
"""

from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np

from finewright.base.nearness import jaccard
from finewright.evaluate.statistics.intervals import Floats

By = Literal["margin", "entropy"]


def doubts(table: Floats, by: By) -> Floats:
    """How unsure each row of probabilities (N, K) is, 0 (sure) to 1 (all alike): (N,).

    margin   1 - (likeliest less second likeliest)
    entropy  -sum p log p, over the log of K
    """
    if table.shape[1] < 2:
        return np.zeros(len(table))
    if by == "margin":
        top = np.sort(table, axis=1)[:, -2:]
        return np.asarray(1 - (top[:, 1] - top[:, 0]))
    logs = np.log(np.maximum(table, np.finfo(np.float64).tiny))
    return np.asarray(np.maximum(0.0, -(table * logs).sum(axis=1)) / np.log(table.shape[1]))


def queued(texts: Sequence[str], doubt: Floats, most: int, near: float) -> list[int]:
    """Indices of at most this many texts, the most doubtful first; each too near to one before it is passed over.

    `near` is the Jaccard similarity of 5-grams from which two texts count as the same. Equal doubts fall in the order
    of the texts themselves, so that the order of the file is of no account.
    """
    order = sorted(range(len(texts)), key=lambda at: (-round(float(doubt[at]), 12), texts[at], at))
    taken: list[int] = []
    for at in order:
        if len(taken) == most:
            break
        if not _near(texts[at], (texts[one] for one in taken), near):
            taken.append(at)
    return taken


def _near(text: str, others: Iterable[str], near: float) -> bool:
    return any(jaccard(text, other) >= near for other in others)
