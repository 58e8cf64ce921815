"""Rows that leave so that no text stands on both sides. Knows nothing of how the parts were drawn.

A training row leaves for a validation or test row, a validation row for a test row; a test row never leaves. Every pair
that is near across two parts loses a row directly, so chains of near texts need no fusing into one group.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from finewright.base.records import Record
from finewright.base.views import Chosen
from finewright.data.inputs import Inputs, near_across


@dataclass(frozen=True, slots=True)
class Departure:
    """A row that left `part`: where it stands, why, and the row it was too near to."""

    record: str
    part: str
    source: str
    line: int
    reason: str
    near_to: str
    similarity: float | None


@dataclass(frozen=True, slots=True)
class Kept:
    """What stays of a part, and what leaves it."""

    records: Sequence[Record]
    left: list[Departure]


def leave_near(part: str, records: Sequence[Record], others: Sequence[Record], near: float) -> Kept:
    """Take from a part every record whose input is at least `near` to one of `others`; the nearest is named."""
    nearest = _nearest(records, others, near)
    left = [_near_departure(part, records[at], others[other], alike) for at, (other, alike) in nearest.items()]
    return Kept(Chosen(records, (at for at in range(len(records)) if at not in nearest)), left)


def leave_groups(part: str, records: Sequence[Record], others: Sequence[Record]) -> Kept:
    """Take from a part every record whose group one of `others` has."""
    held: dict[str, Record] = {}
    for other in others:
        if other.group is not None:
            held.setdefault(other.group, other)
    left = [_group_departure(part, record, held[record.group]) for record in records if record.group in held]
    return Kept(Chosen(records, (at for at, record in enumerate(records) if record.group not in held)), left)


def _nearest(records: Sequence[Record], others: Sequence[Record], near: float) -> dict[int, tuple[int, float]]:
    """By place of a record, ascending: the place of the nearest of the others, the first among equals, and how near."""
    ours, theirs = Inputs(records), Inputs(others)
    best: dict[int, tuple[float, int]] = {}
    for one, other, similarity in near_across(ours, theirs, near):
        found = (-similarity, other)
        best[one] = min(best.get(one, found), found)
    places = np.flatnonzero(np.isin(ours.of, list(best))).tolist()
    found_at = ((at, best[int(ours.of[at])]) for at in places)
    return {at: (int(theirs.first[other]), -negated) for at, (negated, other) in found_at}


def _near_departure(part: str, record: Record, other: Record, similarity: float) -> Departure:
    how = "the same as" if similarity == 1.0 else "nearly the same as"
    reason = f"{how} {other.source}:{other.line}"
    return Departure(record.id, part, record.source, record.line, reason, other.id, round(similarity, 4))


def _group_departure(part: str, record: Record, other: Record) -> Departure:
    reason = f"of the group '{record.group}', as {other.source}:{other.line}"
    return Departure(record.id, part, record.source, record.line, reason, other.id, None)
