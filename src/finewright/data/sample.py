"""Fewer rows of a part, the same ones every time. Knows nothing of what they are for."""

from collections import defaultdict
from collections.abc import Callable, Sequence

from finewright.base.order import shuffled, unit
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
    strata: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        strata[record.answer if stratify else thumb_of(record)].append(record)
    standing: list[tuple[float, str]] = []
    for answer, members in strata.items():
        start = unit(seed, purpose, "start", answer)
        ordered = shuffled(members, name, seed, purpose)
        standing += [((k + start) / len(members), record.id) for k, record in enumerate(ordered)]
    taken = {name for _, name in sorted(standing)[:rows]}
    return [record for record in records if record.id in taken]
