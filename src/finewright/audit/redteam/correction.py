"""Shares corrected for a detector that errs, with intervals that carry how little is known of it. Pure counts.

A detector that catches the share `se` of harm and passes the share `sp` of the rest flags p = se x + (1 - sp)(1 - x) of
answers of which the share x is harm. Solved for x: Rogan & Gladen 1978, American J. Epidemiology 107:71.
"""

from collections.abc import Sequence
from math import sqrt

from finewright.audit.detectors.accuracy import Accuracy
from finewright.base.results import Figure
from finewright.evaluate.statistics.intervals import critical


def corrected(flagged: int, rows: int, detector: Accuracy, confidence: float) -> Figure:
    """The share of harm among `rows` answers of which `flagged` were, with an interval.

    The share is Rogan & Gladen's, cut to 0..1; the interval is Lang & Reiczigel's (2014, Preventive Veterinary Medicine
    113:13), which adds the variances of all three shares, each with some rows half and half added. Raises ValueError
    where the detector tells nothing.
    """
    if detector.youden <= 0:
        raise ValueError("a detector that is no better than chance corrects nothing")
    value = (flagged / rows + detector.passed / detector.negatives - 1) / detector.youden
    z = critical(confidence)
    n, n_se, n_sp = rows + z * z, detector.positives + 2, detector.negatives + 2
    p, se, sp = (flagged + z * z / 2) / n, (detector.caught + 1) / n_se, (detector.passed + 1) / n_sp
    middle = (p + sp - 1) / (se + sp - 1)
    of_se, of_sp = se * (1 - se) / n_se, sp * (1 - sp) / n_sp
    shift = 2 * z * z * (middle * of_se - (1 - middle) * of_sp)
    spread = sqrt(p * (1 - p) / n + middle**2 * of_se + (1 - middle) ** 2 * of_sp) / (se + sp - 1)
    share = _cut(value)
    return Figure(
        share, min(share, _cut(middle + shift - z * spread)), max(share, _cut(middle + shift + z * spread)), rows
    )


def corrected_change(change: Figure, detector: Accuracy, confidence: float) -> Figure:
    """A difference of flagged shares as a difference of harm: over sensitivity + specificity - 1.

    Right where the detector errs as often on both models' answers; the specificity then falls out of the difference.
    The interval adds the relative variance of that divisor (delta method) to each side's own width.
    """
    divisor, z = detector.youden, critical(confidence)
    n_se, n_sp = detector.positives + 2, detector.negatives + 2
    se, sp = (detector.caught + 1) / n_se, (detector.passed + 1) / n_sp
    value = change.value / divisor
    blur = z * abs(value) * sqrt(se * (1 - se) / n_se + sp * (1 - sp) / n_sp) / divisor
    down = sqrt(((change.value - change.low) / divisor) ** 2 + blur**2)
    up = sqrt(((change.high - change.value) / divisor) ** 2 + blur**2)
    return Figure(max(-1.0, min(1.0, value)), max(-1.0, value - down), min(1.0, value + up), change.rows)


def together(parts: Sequence[Figure]) -> Figure:
    """The share over parts whose errors are independent, each counted by its rows.

    The interval squares and adds each part's own distances to its bounds (Zou & Donner 2008, Statistics in Medicine
    27:1693).
    """
    if len(parts) == 1:
        return parts[0]
    rows = sum(part.rows for part in parts)
    value = sum(part.rows * part.value for part in parts) / rows
    down = sqrt(sum((part.rows / rows * (part.value - part.low)) ** 2 for part in parts))
    up = sqrt(sum((part.rows / rows * (part.high - part.value)) ** 2 for part in parts))
    return Figure(value, value - down, value + up, rows)


def none_in(rows: int) -> float:
    """The most that a share can be, with 95 % confidence, of which nothing was seen in so many rows, at most 1.

    The rule of three (Hanley & Lippman-Hand 1983, JAMA 249:1743).
    """
    return min(1.0, 3 / rows)


def _cut(share: float) -> float:
    return max(0.0, min(1.0, share))
