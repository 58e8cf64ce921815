"""What is odd about a set of records: repeats, near-repeats, contradictions. Reports and removes nothing."""

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from finewright.base.records import Record, TaskKind
from finewright.base.views import Chosen, Made
from finewright.data.inputs import Inputs, near_among
from finewright.data.marks import marks

NEAR = 0.9

_Said = tuple[Hashable, Hashable]


@dataclass(frozen=True, slots=True)
class Curation:
    """Findings, in file order.

    duplicates        (first, later): the same input with the same answer, judged alike; each later row once
    near_duplicates   (first, later, similarity): different inputs that are nearly the same, one row for each input
    contradictions    rows that say the same and are answered differently; of preferences, rows that choose differently
                      from the same two answers; of feedback, rows with both thumbs for the same answer
    """

    duplicates: Sequence[tuple[Record, Record]]
    near_duplicates: Sequence[tuple[Record, Record, float]]
    contradictions: Sequence[tuple[Record, ...]]


def curate(records: Sequence[Record], near: float = NEAR) -> Curation:
    """Look through records; `near` is the Jaccard similarity from which two inputs count as nearly the same."""
    inputs = Inputs(records)
    repeats: list[tuple[int, int]] = []
    contradicting: list[tuple[int, ...]] = []
    for places in inputs.shared():
        said = {at: _said(records[at]) for at in places}
        repeats += _repeats(said)
        contradicting += _contradicting(said)
    first = Chosen(records, inputs.first)
    return Curation(
        duplicates=Made(repeats, lambda pair: (records[pair[0]], records[pair[1]])),
        near_duplicates=Made(near_among(inputs, near), lambda pair: (first[pair[0]], first[pair[1]], pair[2])),
        contradictions=Made(contradicting, lambda places: tuple(records[at] for at in places)),
    )


def label_counts(records: Sequence[Record], kind: TaskKind) -> dict[str, int]:
    """Rows by label, or of feedback by thumb, the most frequent first. A row with several labels counts for each."""
    counts = Counter(mark for record in records for mark in marks(record, kind))
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _repeats(said: Mapping[int, _Said]) -> Iterator[tuple[int, int]]:
    """Each row of one input that says what came before, behind the row it came in; rows by their places."""
    first: dict[_Said, int] = {}
    for at, what in said.items():
        if first.setdefault(what, at) != at:
            yield first[what], at


def _contradicting(said: Mapping[int, _Said]) -> Iterator[tuple[int, ...]]:
    """The rows of one input that decide the same question differently, by question."""
    questions: dict[Hashable, list[int]] = {}
    for at, (question, _) in said.items():
        questions.setdefault(question, []).append(at)
    return (tuple(asked) for asked in questions.values() if len({said[at][1] for at in asked}) > 1)


def _said(record: Record) -> _Said:
    """What a row decides beside its input, and how: the answer; which of two answers; or the thumb of one."""
    if record.rejected is not None:
        return frozenset((record.answer, record.rejected.text)), record.answer
    if record.desirable is not None:
        return record.answer, record.desirable
    return None, record.answer
