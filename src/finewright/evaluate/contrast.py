"""One arm against another on the same test rows, as a `Contrast`. Reads results, never models."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from finewright.base.errors import InputError
from finewright.base.results import ArmResult, Contrast, Figure, Measured
from finewright.evaluate.statistics.clusters import (
    clustered_bootstrap,
    clustered_difference,
    design_effect,
    numbered,
    sign_flip,
)
from finewright.evaluate.statistics.paired import Pairs, difference_interval, mcnemar, paired_bootstrap

MCNEMAR = "exact McNemar"
SIGN_FLIP = "exact sign flips by group"
PAIRED = "paired bootstrap of "
"""What a contrast of shares is tested by; the name of what is shared follows."""


def records_contrast(arm: ArmResult, other: ArmResult, confidence: float) -> Contrast:
    """The share of right rows: exact McNemar test and Newcombe's interval, or by group where rows share groups.

    Raises InputError where the arms were measured on different rows or not at all.
    """
    mine, theirs = _shared(arm, other)
    return right_contrast(arm.name, mine.correct, other.name, theirs.correct, confidence, mine.groups)


def right_contrast(
    arm: str,
    mine: Mapping[str, bool],
    other: str,
    theirs: Mapping[str, bool],
    confidence: float,
    groups: Mapping[str, int] | None = None,
) -> Contrast:
    """The share of right rows, told by row: exact McNemar test and Newcombe's interval.

    With `groups`, the number of each row's group, the test flips whole groups and the interval grows with the design
    effect.
    """
    pairs = _pairs(mine, theirs)
    plain = Contrast(
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
    return _by_group(plain, pairs, mine, theirs, groups, confidence) if groups else plain


def _by_group(
    plain: Contrast,
    pairs: Pairs,
    mine: Mapping[str, bool],
    theirs: Mapping[str, bool],
    named: Mapping[str, int],
    confidence: float,
) -> Contrast:
    """The same contrast where the rows of a group are right or wrong together."""
    differences = np.array([int(mine[row]) - int(theirs[row]) for row in mine])
    groups = numbered([named[row] for row in mine])
    low, high, effect = clustered_difference(pairs, differences.astype(np.float64), groups, confidence)
    return replace(
        plain,
        difference=replace(plain.difference, low=low, high=high),
        p=sign_flip(differences, groups),
        test=SIGN_FLIP,
        groups=int(groups.max()) + 1,
        design_effect=effect,
    )


def shares_contrast(arm: ArmResult, other: ArmResult, of: str, confidence: float) -> Contrast:
    """The rows' shares of what is right, such as `of` "fields": paired bootstrap, of groups where rows share them.
    `won` and `lost` count rows with more and with less of it.

    Raises InputError where the arms were measured on different rows or not at all.
    """
    mine, theirs = _shared(arm, other)
    rows = sorted(mine.shares)
    differences = np.array([mine.shares[row] - theirs.shares[row] for row in rows])
    groups = numbered([mine.groups[row] for row in rows]) if mine.groups else None
    if groups is None:
        low, high, p = paired_bootstrap(differences, confidence)
    else:
        low, high, p = clustered_bootstrap(differences, groups, confidence)
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
        groups=None if groups is None else int(groups.max()) + 1,
        design_effect=None if groups is None else design_effect(differences, groups),
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
