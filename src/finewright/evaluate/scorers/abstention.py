"""Not answering is an answer: who abstains, whether that was right, and what each answer costs in mistakes.

An answer abstains where it says nothing, or says one of some phrases and cites nothing. A record wants abstention where
its own answer abstains.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from finewright.base.phrases import Phrase, phrase, plain, words
from finewright.base.protocols import Scorer
from finewright.base.records import Record, Score
from finewright.retrieve.citations import cited

PHRASES = (
    *("I don't know", "I do not know", "I cannot tell", "I can't tell", "cannot be determined", "can't be determined"),
    *("I cannot answer", "I can't answer", "unable to answer", "cannot be answered", "can't be answered", "no answer"),
    *("not enough information", "insufficient information", "the passages do not say", "the passages don't say"),
    *("not stated in the", "not mentioned in the", "not given in the", "unanswerable"),
)
"""What an abstention says, unless a team names its own."""


def abstains(answer: str, phrases: Sequence[str] = PHRASES) -> bool:
    """Whether an answer abstains, whatever the case and the quotes. Raises InputError where a phrase says nothing."""
    return _abstains(answer, [phrase(one) for one in phrases])


def abstention(answering: Scorer, phrases: Sequence[str] = PHRASES) -> Scorer:
    """A scorer that is right where an answer abstains when it should, and else where `answering` is.

    Parts: `answered` is 0 where the answer abstains; `abstention` tells whether abstaining or not was as wanted; an
    answer to a record that has one adds the parts of `answering`.
    """
    known = [phrase(one) for one in phrases]

    def score(answer: str, record: Record) -> Score:
        silent, wanted = _abstains(answer, known), _abstains(record.answer, known)
        told = {"answered": float(not silent), "abstention": float(silent == wanted)}
        if silent or wanted:
            return Score(correct=silent and wanted, parts=told)
        judged = answering(answer, record)
        return Score(correct=judged.correct, parts={**judged.parts, **told})

    return score


@dataclass(frozen=True, slots=True)
class RiskCoverage:
    """What answering only the surest rows would give: at each coverage (P,), a share of all rows, the risk (P,), the
    share of wrong answers among those given. `area` is the mean risk over the rows answered, from the surest on."""

    coverage: NDArray[np.float64]
    risk: NDArray[np.float64]
    area: float


def risk_coverage(confidence: Sequence[float | None], correct: Sequence[bool]) -> RiskCoverage:
    """The curve of rows from the surest on; None as a row's confidence is an abstention, which is never covered.

    The area is Geifman and El-Yaniv's (Selective Classification for Deep Neural Networks, 2017): the mean, over the
    answered rows in order, of the risk down to each. Equally sure rows have no order: each of theirs counts with the
    risk expected of a random one, and the curve has one point for all. Without an answered row the curve is empty and
    the area 0. Raises ValueError where there are no rows, or not as many of both.
    """
    if not correct or len(confidence) != len(correct):
        raise ValueError("a confidence and an outcome for each row, and at least one, are wanted")
    answered = [(sure, right) for sure, right in zip(confidence, correct, strict=True) if sure is not None]
    sure = np.array([-one for one, _ in answered])
    levels, place = np.unique(sure, return_inverse=True)
    sizes = np.bincount(place, minlength=len(levels))  # (P,) rows at each level, from the surest on
    wrong = np.bincount(place, [not right for _, right in answered], len(levels))
    until = np.cumsum(sizes)
    if not answered:
        return RiskCoverage(np.empty(0), np.empty(0), 0.0)
    # Behind the rows before its level, the i-th of a level is expected to have seen i of its size-th shares of wrong.
    within = np.arange(1, len(answered) + 1) - np.repeat(until - sizes, sizes)
    expected = np.repeat(np.cumsum(wrong) - wrong, sizes) + within * np.repeat(wrong / sizes, sizes)
    area = float(np.mean(expected / np.arange(1, len(answered) + 1)))
    return RiskCoverage(until / len(correct), np.cumsum(wrong) / until, area)


def _abstains(answer: str, phrases: Sequence[Phrase]) -> bool:
    said = plain(answer)
    return not words(said) or (not cited(answer) and any(one.said_in(said) for one in phrases))
