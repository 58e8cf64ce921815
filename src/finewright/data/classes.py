"""Labels that cannot be learned or measured, told before anything starts. Knows nothing of how parts came about.

A row has the label that is its answer, each label of its list, or of feedback its thumb; rows of other kinds of task
have none, and of them there is nothing to tell.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from finewright.base.errors import DataError, Place
from finewright.base.nearest import nearest
from finewright.base.records import Record, TaskKind
from finewright.data.marks import THUMBS, marks, thumb_of

_WITH_LABELS = ("classes", "labels")


def check_learnable(train: Sequence[Record], kind: TaskKind) -> None:
    """Raise DataError where every row is answered alike, or a label has a single example."""
    if kind not in _WITH_LABELS:
        return
    if train and all(record.answer == train[0].answer for record in train):
        what = "the label" if kind == "classes" else "the labels"
        remedy = "give examples of at least two labels" if kind == "classes" else "give examples with other labels"
        raise DataError(f"every row has {what} '{train[0].answer}'", place=Place(train[0].source), remedy=remedy)
    counts = Counter(label for _, label in _each(train, kind))
    if 1 in counts.values():
        single = [(record, label) for record, label in _each(train, kind) if counts[label] == 1]
        record, label = single[0]
        more = f" (as have {len(single) - 1} more labels)" if len(single) > 1 else ""
        raise _at(
            record,
            f"the label '{label}' has a single example{more}",
            "add examples, merge it into another label, or set `task.kind: text` if these are no labels",
        )


def check_known(train: Sequence[Record], held_out: Iterable[Record], kind: TaskKind) -> None:
    """Raise DataError for the first held-out row with a label that the training rows do not have."""
    known = _labels(train, kind)
    for record, label in _each(held_out, kind):
        if label not in known:
            what = f"the label '{label}' is not in the training rows"
            raise _at(record, what, "correct the label, or add training examples of it")


def check_kept(before: Sequence[Record], train: Sequence[Record], kind: TaskKind) -> None:
    """Raise DataError for the first label that had training rows and lost them all to the split."""
    kept = _labels(train, kind)
    for record, label in _each(before, kind):
        if label not in kept:
            named = f"an answer with a {label}" if kind == "feedback" else f"the label '{label}'"
            what = f"{named} has no training row left after the split"
            raise _at(record, what, "add differing examples of it, or raise `split.near`")


def check_both(records: Sequence[Record]) -> None:
    """Raise DataError where all feedback is of one thumb: then nothing tells a better answer from a worse one."""
    if (alike := _alike(records)) is None:
        return
    thumb, other = alike
    alone = ", or set another `data.shape` to learn from the answers as they are" if thumb == THUMBS[0] else ""
    place = Place(records[0].source)
    raise DataError(f"every answer has a {thumb}", place=place, remedy=f"give answers with a {other} as well{alone}")


def check_held_out(test: Sequence[Record], kind: TaskKind) -> None:
    """Raise DataError where held-out feedback is of one thumb: then none of its answers should be ahead of another."""
    if kind != "feedback" or (alike := _alike(test)) is None:
        return
    thumb, other = alike
    what = f"every held-out answer has a {thumb}"
    remedy = f"give more answers with a {other}, or raise `split.test`"
    raise DataError(what, place=Place(test[0].source), remedy=remedy)


def _alike(records: Sequence[Record]) -> tuple[str, str] | None:
    """The thumb that all the records have, and the one that none has; None where both are there."""
    found = {thumb_of(record) for record in records}
    if len(found) != 1:
        return None
    (thumb,), (other,) = found, set(THUMBS) - found
    return thumb, other


def check_order(records: Sequence[Record], order: Sequence[str] | None, kind: TaskKind) -> None:
    """Raise DataError where `task.order` is not the order of exactly the labels that the rows have."""
    if order is None:
        return
    if kind != "classes":
        what = "`task.order` orders labels, but the answers are not one of some labels"
        raise DataError(what, remedy="remove `task.order`, or set `task.kind: classes`")
    twice = next((label for label in order if order.count(label) > 1), None)
    if twice is not None:
        raise DataError(f"`task.order` names the label '{twice}' twice", remedy="name each label once")
    for record in records:
        if record.answer not in order:
            like = nearest(record.answer, order)
            remedy = f"write '{like}' in the row" if like else "correct the row"
            what = f"the label '{record.answer}' is not in `task.order`"
            raise _at(record, what, f"{remedy}, or add the label to `task.order` at its place")
    found = _labels(records, kind)
    absent = next((label for label in order if label not in found), None)
    if absent is not None:
        what = f"`task.order` names the label '{absent}', which no row has"
        raise DataError(what, remedy="remove it from `task.order`, or add examples of it")


def _each(records: Iterable[Record], kind: TaskKind) -> Iterable[tuple[Record, str]]:
    return ((record, label) for record in records for label in marks(record, kind))


def _labels(records: Iterable[Record], kind: TaskKind) -> set[str]:
    return {label for _, label in _each(records, kind)}


def _at(record: Record, what: str, remedy: str) -> DataError:
    return DataError(what, place=Place(record.source, record.line), remedy=remedy)
