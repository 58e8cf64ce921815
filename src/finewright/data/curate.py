"""What is odd about a set of records: repeats, near-repeats, contradictions. Reports and removes nothing."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from finewright.base.label_list import labels_in
from finewright.base.records import Record, TaskKind
from finewright.data.inputs import by_input, near_among

NEAR = 0.9


@dataclass(frozen=True, slots=True)
class Curation:
    """Findings, in file order.

    duplicates        (first, later): the same input with the same answer; each later row once
    near_duplicates   (first, later, similarity): different inputs that are nearly the same, one row for each input
    contradictions    rows that say the same and are answered differently
    """

    duplicates: list[tuple[Record, Record]]
    near_duplicates: list[tuple[Record, Record, float]]
    contradictions: list[tuple[Record, ...]]


def curate(records: Sequence[Record], near: float = NEAR) -> Curation:
    """Look through records; `near` is the Jaccard similarity from which two inputs count as nearly the same."""
    same = by_input(records)
    return Curation(
        duplicates=list(chain.from_iterable(map(_repeats, same.values()))),
        near_duplicates=[(same[a][0], same[b][0], alike) for a, b, alike in near_among(list(same), near)],
        contradictions=[tuple(rows) for rows in same.values() if len({row.answer for row in rows}) > 1],
    )


def label_counts(records: Sequence[Record], kind: TaskKind) -> dict[str, int]:
    """Rows by label, the most frequent first. A row with several labels counts for each; other kinds have none."""
    counts = Counter(label for record in records for label in labels_in(record.answer, kind))
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _repeats(rows: Sequence[Record]) -> list[tuple[Record, Record]]:
    """Each row of one input whose answer came before, with the row it came in."""
    first: dict[str, Record] = {}
    for row in rows:
        first.setdefault(row.answer, row)
    return [(first[row.answer], row) for row in rows if first[row.answer] is not row]
