"""General examples that would give a held-out row away. Knows records; no files and no tokens."""

from collections.abc import Sequence
from typing import NamedTuple

from finewright.base.nearness import near_pairs
from finewright.base.records import Record
from finewright.data.inputs import compared


class Overlap(NamedTuple):
    """A general example whose input is nearly that of a held-out row, and how alike they are, 0..1."""

    row: Record
    held_out: Record
    similarity: float


def overlaps(rows: Sequence[Record], held_out: Sequence[Record], threshold: float) -> list[Overlap]:
    """Each row that is at least `threshold` alike with a held-out row, with the one most alike, in order of the rows.

    The turns are compared without system messages: a general example has another one than the task, or none.
    """
    ours, theirs = ([compared(record).turns for record in side] for side in (rows, held_out))
    nearest: dict[int, Overlap] = {}
    for row, other, similarity in near_pairs(ours, theirs, threshold):
        if row not in nearest or similarity > nearest[row].similarity:
            nearest[row] = Overlap(rows[row], held_out[other], similarity)
    return [nearest[row] for row in sorted(nearest)]
