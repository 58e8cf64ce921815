"""One arm against another on the same test rows, as a `Contrast`. Reads results, never models."""

from collections.abc import Mapping

import numpy as np

from finewright.base.errors import InputError
from finewright.base.results import ArmResult, Contrast, Figure, Measured
from finewright.evaluate.statistics.paired import Pairs, difference_interval, mcnemar, paired_bootstrap

MCNEMAR = "exact McNemar"
PAIRED = "paired bootstrap of "
"""What a contrast of shares is tested by; the name of what is shared follows."""


def records_contrast(arm: ArmResult, other: ArmResult, confidence: float) -> Contrast:
    """The share of right rows: exact McNemar test and Newcombe's interval.

    Raises InputError where the arms were measured on different rows or not at all.
    """
    mine, theirs = _shared(arm, other)
    return right_contrast(arm.name, mine.correct, other.name, theirs.correct, confidence)


def right_contrast(
    arm: str, mine: Mapping[str, bool], other: str, theirs: Mapping[str, bool], confidence: float
) -> Contrast:
    """The share of right rows, told by row: exact McNemar test and Newcombe's interval."""
    pairs = _pairs(mine, theirs)
    return Contrast(
        arm=arm,
        other=other,
        rows=pairs.rows,
        difference=Figure(pairs.difference, *difference_interval(pairs, confidence), pairs.rows),
        won=pairs.won,
        lost=pairs.lost,
        p=mcnemar(pairs.won, pairs.lost),
        adjusted=None,
        test=MCNEMAR,
    )


def shares_contrast(arm: ArmResult, other: ArmResult, of: str, confidence: float) -> Contrast:
    """The rows' shares of what is right, such as `of` "fields": paired bootstrap. `won` and `lost` count rows with
    more and with less of it.

    Raises InputError where the arms were measured on different rows or not at all.
    """
    mine, theirs = _shared(arm, other)
    differences = np.array([mine.shares[row] - theirs.shares[row] for row in sorted(mine.shares)])
    low, high, p = paired_bootstrap(differences, confidence)
    return Contrast(
        arm=arm.name,
        other=other.name,
        rows=mine.rows,
        difference=Figure(float(np.mean(differences)), low, high, mine.rows),
        won=int(np.sum(differences > 0)),
        lost=int(np.sum(differences < 0)),
        p=p,
        adjusted=None,
        test=PAIRED + of,
    )


def _shared(arm: ArmResult, other: ArmResult) -> tuple[Measured, Measured]:
    if arm.test is None or other.test is None or arm.test.correct.keys() != other.test.correct.keys():
        raise InputError(
            f"the arms {arm.name} and {other.name} were not measured on the same test rows",
            remedy="remove the run folder and run the recipe again",
        )
    return arm.test, other.test


def _pairs(mine: Mapping[str, bool], theirs: Mapping[str, bool]) -> Pairs:
    right = [(mine[row], theirs[row]) for row in mine]
    return Pairs(*(right.count(outcome) for outcome in ((True, True), (True, False), (False, True), (False, False))))
