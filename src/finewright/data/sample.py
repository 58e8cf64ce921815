"""Fewer rows of a part, the same ones every time. Knows nothing of what they are for."""

from array import array
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from finewright.base.order import in_order, unit
from finewright.base.records import Record
from finewright.data.marks import thumb_of


def own_id(record: Record) -> str:
    """A record's id."""
    return record.id


def sample(
    records: Sequence[Record],
    rows: int,
    seed: int,
    purpose: str,
    stratify: bool,
    name: Callable[[Record], str] = own_id,
) -> list[Record]:
    """`rows` of the records, in their order; all where there are no more.

    A larger sample contains a smaller one. Stratified, every answer keeps its share to within a row: the k-th of an
    answer's n rows in keyed order stands at (k + u) / n with a draw u of the answer's own, and the lowest are taken.
    So does every thumb of feedback, stratified or not. `name` is what a record is drawn by.
    """
    if rows >= len(records):
        return list(records)
    standing = _standing(records, seed, purpose, stratify, name)
    edge = np.partition(standing, rows)[rows]
    within = standing < edge
    at_edge = sorted(np.flatnonzero(standing == edge).tolist(), key=lambda at: records[at].id)
    within[at_edge[: rows - int(within.sum())]] = True
    return [records[at] for at in np.flatnonzero(within).tolist()]


def _standing(
    records: Sequence[Record], seed: int, purpose: str, stratify: bool, name: Callable[[Record], str]
) -> NDArray[np.float64]:
    """(records,): where each stands; by its place, so that a part is never a list of its records."""
    strata: dict[str, array[int]] = {}
    for at, record in enumerate(records):
        strata.setdefault(record.answer if stratify else thumb_of(record), array("I")).append(at)
    standing = np.empty(len(records))
    for answer, members in strata.items():
        start = unit(seed, purpose, "start", answer)
        ordered = in_order((name(records[at]) for at in members), seed, purpose)
        standing[np.asarray(members)[np.asarray(ordered)]] = (np.arange(len(members)) + start) / len(members)
    return standing
