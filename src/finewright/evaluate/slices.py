"""Figures by slice of the test rows, such as one country or one kind of customer: where an arm is good and where not.

A slice has few rows, and many slices are looked at: so each figure has its interval, slices that are too small to say
anything are told as such and not compared, and the p-values of the others are adjusted for their number. Reads results
and a value for each row; knows nothing of files.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from finewright.base.results import ArmResult, Contrast, Figure, Measured
from finewright.evaluate.contrast import right_contrast
from finewright.evaluate.measure import Level
from finewright.evaluate.statistics.clusters import clustered, numbered
from finewright.evaluate.statistics.multiplicity import holm

SMALL = 20
"""Below so many rows an interval of a share spans some 40 points: enough to see, too few to compare."""

MOST = 12
OTHERS = "(all others)"
EMPTY = "(empty)"


@dataclass(frozen=True, slots=True)
class Slice:
    """The rows with one value, or in one range of values, of a column.

    figures   the share of right rows by arm
    contrast  the tuned arm against its challenger, Holm's p over all slices that are compared; None where the slice is
              too small, or there are no two such arms
    """

    name: str
    rows: int
    figures: dict[str, Figure]
    contrast: Contrast | None = None

    @property
    def small(self) -> bool:
        """Whether the rows are too few to compare arms on."""
        return self.rows < SMALL


def sliced(
    arms: Sequence[ArmResult], values: Mapping[str, str], challenger: str | None, confidence: float
) -> list[Slice]:
    """The slices of the shared test rows by their value, the largest first. `values` is by record id.

    The tuned arm meets the arm of the name `challenger`, which was chosen on the validation rows of all slices.
    """
    measured = {arm.name: arm.test for arm in arms if arm.test is not None}
    tuned = next((arm.name for arm in arms if arm.trained and arm.name in measured), None)
    pair = (tuned, challenger) if tuned and challenger and challenger in measured else None
    found = [_slice(name, rows, measured, pair, confidence) for name, rows in named(values).items()]
    return _adjusted(found)


def named(values: Mapping[str, str]) -> dict[str, list[str]]:
    """Record ids by the name of their slice, the largest first.

    Numbers of more than `MOST` values are cut into quarters; of other values the rarest go together.
    """
    told = {row: value.strip() or EMPTY for row, value in values.items()}
    counts = Counter(told.values())
    if len(counts) > MOST:
        numbers = {value: number for value in counts if (number := _number(value)) is not None}
        told = _quarters(told, numbers) if counts.keys() <= numbers.keys() | {EMPTY} else _common(told, counts)
    slices: dict[str, list[str]] = {}
    for row, name in told.items():
        slices.setdefault(name, []).append(row)
    return dict(sorted(slices.items(), key=lambda one: (one[0] == OTHERS, -len(one[1]), one[0])))


def slices_sentence(found: Sequence[Slice], tuned: str, challenger: str, confidence: float) -> str:
    """In how many slices the arms differ, and which slices are too small to say."""
    compared = [one for one in found if one.contrast is not None]
    small = sum(one.small for one in found)
    apart = [f" {small:,} of fewer than {SMALL} rows {'is' if small == 1 else 'are'} not compared."] if small else []
    if not compared:
        return f"No slice is compared.{''.join(apart)}"
    sides = {"ahead": 1, "behind": -1}
    told = {
        side: [one.name for one in compared if _significant(one, confidence) == sign] for side, sign in sides.items()
    }
    said = "; ".join(f"{side} in {', '.join(names)}" for side, names in told.items() if names)
    where = said or "in none told apart from it"
    return (
        f"{tuned} against {challenger} in {len(compared):,} slices, adjusted for their number: {where}.{''.join(apart)}"
    )


def _significant(one: Slice, confidence: float) -> int:
    """1 where the tuned arm is ahead beyond chance, -1 where it is behind, else 0."""
    if one.contrast is None or one.contrast.adjusted is None or one.contrast.adjusted >= 1 - confidence:
        return 0
    return 1 if one.contrast.difference.value > 0 else -1


def _slice(
    name: str, rows: Sequence[str], measured: Mapping[str, Measured], pair: tuple[str, str] | None, confidence: float
) -> Slice:
    figures = {arm: _share(of, rows, confidence) for arm, of in measured.items()}
    if pair is None or len(rows) < SMALL:
        return Slice(name, len(rows), figures)
    tuned, other = (measured[arm] for arm in pair)
    mine, theirs = ({row: of.correct[row] for row in rows} for of in (tuned, other))
    groups = {row: tuned.groups[row] for row in rows} if tuned.groups else None
    return Slice(name, len(rows), figures, right_contrast(pair[0], mine, pair[1], theirs, confidence, groups))


def _share(of: Measured, rows: Sequence[str], confidence: float) -> Figure:
    groups = numbered([of.groups[row] for row in rows]) if of.groups else None
    shared = groups if groups is not None and clustered(groups) else None
    return Level(confidence, shared).share([of.correct[row] for row in rows])


def _adjusted(found: Sequence[Slice]) -> list[Slice]:
    compared = [one.contrast for one in found if one.contrast is not None]
    adjusted = iter(holm([contrast.p for contrast in compared]))
    return [
        one if one.contrast is None else replace(one, contrast=replace(one.contrast, adjusted=next(adjusted)))
        for one in found
    ]


def _number(value: str) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return None
    return number if np.isfinite(number) else None


def _quarters(told: Mapping[str, str], numbers: Mapping[str, float]) -> dict[str, str]:
    """The rows in four ranges with about as many rows each; an empty cell stays what it is."""
    held = np.array([numbers[value] for value in told.values() if value in numbers])
    edges = np.quantile(held, [0, 0.25, 0.5, 0.75, 1])
    names = [f"{low:g} to {high:g}" for low, high in pairwise(edges)]
    return {
        row: names[min(3, int(np.searchsorted(edges[1:-1], numbers[value], side="left")))]
        if value in numbers
        else value
        for row, value in told.items()
    }


def _common(told: Mapping[str, str], counts: Mapping[str, int]) -> dict[str, str]:
    kept = set(sorted(counts, key=lambda value: (-counts[value], value))[: MOST - 1])
    return {row: value if value in kept else OTHERS for row, value in told.items()}
