"""What is odd about a set of records: repeats, near-repeats, contradictions. Reports and removes nothing."""

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from finewright.base.records import Record, TaskKind
from finewright.data.inputs import by_input, near_among
from finewright.data.marks import marks

NEAR = 0.9


@dataclass(frozen=True, slots=True)
class Curation:
    """Findings, in file order.

    duplicates        (first, later): the same input with the same answer, judged alike; each later row once
    near_duplicates   (first, later, similarity): different inputs that are nearly the same, one row for each input
    contradictions    rows that say the same and are answered differently; of preferences, rows that choose differently
                      from the same two answers; of feedback, rows with both thumbs for the same answer
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
        contradictions=list(chain.from_iterable(map(_contradicting, same.values()))),
    )


def label_counts(records: Sequence[Record], kind: TaskKind) -> dict[str, int]:
    """Rows by label, or of feedback by thumb, the most frequent first. A row with several labels counts for each."""
    counts = Counter(mark for record in records for mark in marks(record, kind))
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _repeats(rows: Sequence[Record]) -> list[tuple[Record, Record]]:
    """Each row of one input that says what came before, with the row it came in."""
    first: dict[Hashable, Record] = {}
    for row in rows:
        first.setdefault(_said(row), row)
    return [(first[_said(row)], row) for row in rows if first[_said(row)] is not row]


def _contradicting(rows: Sequence[Record]) -> Iterator[tuple[Record, ...]]:
    """The rows of one input that decide the same question differently, by question."""
    questions: dict[Hashable, list[Record]] = {}
    for row in rows:
        questions.setdefault(_said(row)[0], []).append(row)
    return (tuple(asked) for asked in questions.values() if len({_said(row)[1] for row in asked}) > 1)


def _said(record: Record) -> tuple[Hashable, Hashable]:
    """What a row decides beside its input, and how: the answer; which of two answers; or the thumb of one."""
    if record.rejected is not None:
        return frozenset((record.answer, record.rejected.text)), record.answer
    if record.desirable is not None:
        return record.answer, record.desirable
    return None, record.answer
