"""The scores by which attacks tell a learned record: larger is more likely learned. Knows no model and no statistics.

    loss         minus the mean loss of the answer's tokens (Yeom et al. 2018, arXiv 1709.01604)
    difference   how much more likely than before training: mean log-likelihood under the product minus under the base
    ratio        minus the loss under the product over that under the base (Carlini et al. 2021, arXiv 2012.07805)
    zlib         minus the loss over the bytes that zlib needs for the answer's text (Carlini et al. 2021)
    min_k        Min-K%++: the mean standing of the k % of tokens that stand lowest (Zhang et al. 2024, arXiv
                 2404.02936)
    error_zone   of the tokens that the product would not have said, how much of the change in their log-likelihood
                 went upwards (Ilic et al. 2026, EZ-MIA, arXiv 2601.12104: there the ratio upwards to downwards, which
                 orders rows in the same way)
    text         the difference over the user's text as well, which is not learned but shapes what is

Loss is minus the log-likelihood in nats. Of a preference the score is that of the chosen side minus that of the other.
"""

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_LEAST = 1e-6
"""Of a loss that is divided by, in nats: less is a row that the base knew by heart."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What product and base make of T tokens of one text, in order, (T,) each.

    tuned, base   log-probabilities in nats
    standing      where the token stands in the product's distribution over the vocabulary, in sigmas
    said          whether the product finds no token likelier
    answer        whether the token is one that training supervises; the others are of the user's text
    """

    tuned: Floats
    base: Floats
    standing: Floats
    said: Bools
    answer: Bools


def joined(readings: Sequence[Reading]) -> Reading:
    """Parts of one text that were read one after another, as one; of a single one itself."""
    if len(readings) == 1:
        return readings[0]
    names = ("tuned", "base", "standing", "said", "answer")
    return Reading(*(np.concatenate([getattr(one, name) for one in readings]) for name in names))


@dataclass(frozen=True, slots=True)
class Side:
    """An answer as it was read, and its text. `sign` is -1 of one that training makes less likely, else 1."""

    reading: Reading
    text: str
    sign: int = 1


Score = Callable[[Side, float], float]
"""A side and the share of tokens that Min-K% looks at, to a score."""


def loss(side: Side, _: float) -> float:
    """Minus the mean loss of the answer."""
    return float(side.reading.tuned[side.reading.answer].mean())


def difference(side: Side, _: float) -> float:
    """How much more likely the answer became, in nats a token."""
    read = side.reading
    return float((read.tuned - read.base)[read.answer].mean())


def ratio(side: Side, _: float) -> float:
    """Minus the loss of the answer as a share of what it was."""
    read = side.reading
    return float(read.tuned[read.answer].mean() / max(_LEAST, -read.base[read.answer].mean()))


def compressed(side: Side, share: float) -> float:
    """Minus the loss a byte of the compressed answer."""
    return loss(side, share) / len(zlib.compress(side.text.encode("utf-8", "surrogatepass")))


def min_k(side: Side, share: float) -> float:
    """The mean standing of this share of the answer's tokens, those that stand lowest; of one token at least."""
    standing = np.sort(side.reading.standing[side.reading.answer])
    return float(standing[: max(1, ceil(share * len(standing)))].mean())


def error_zone(side: Side, _: float) -> float:
    """The share of change that went upwards at the answer's errors; a half where there is none to speak of."""
    read = side.reading
    moved = (read.tuned - read.base)[read.answer & ~read.said]
    total = float(np.abs(moved).sum())
    return float(moved[moved > 0].sum()) / total if total else 0.5


def text(side: Side, _: float) -> float:
    """How much more likely user's text and answer became, in nats a token."""
    return float((side.reading.tuned - side.reading.base).mean())


ATTACKS: Mapping[str, Score] = {
    "loss": loss,
    "difference": difference,
    "ratio": ratio,
    "zlib": compressed,
    "min_k": min_k,
    "error_zone": error_zone,
    "text": text,
}


def scores(records: Sequence[Sequence[Side]], share: float) -> dict[str, Floats]:
    """By attack the score of each record (N,), given as its sides.

    `text` is left out where nothing was read besides answers.
    """
    told = {name: attack for name, attack in ATTACKS.items() if name != "text" or _beyond_answers(records)}
    return {
        name: np.array([sum(side.sign * attack(side, share) for side in sides) for sides in records])
        for name, attack in told.items()
    }


def _beyond_answers(records: Sequence[Sequence[Side]]) -> bool:
    return any(not side.reading.answer.all() for sides in records for side in sides)
