"""Labels that cannot be learned or measured, told before anything starts. Knows nothing of how parts came about."""

from collections import Counter
from collections.abc import Iterable, Sequence

from finewright.base.errors import DataError, Place
from finewright.base.records import Record


def check_learnable(train: Sequence[Record]) -> None:
    """Raise DataError where there is one label only, or a label with a single example."""
    counts = Counter(record.answer for record in train)
    if len(counts) == 1:
        what = f"every row has the label '{train[0].answer}'"
        raise DataError(what, place=Place(train[0].source), remedy="give examples of at least two labels")
    single = [record for record in train if counts[record.answer] == 1]
    if single:
        more = f" (as have {len(single) - 1} more labels)" if len(single) > 1 else ""
        raise _at(
            single[0],
            f"the label '{single[0].answer}' has a single example{more}",
            "add examples, merge it into another label, or set `task.kind: text` if these are no labels",
        )


def check_known(train: Sequence[Record], held_out: Iterable[Record]) -> None:
    """Raise DataError for the first held-out row whose label the training rows do not have."""
    known = {record.answer for record in train}
    for record in held_out:
        if record.answer not in known:
            what = f"the label '{record.answer}' is not in the training rows"
            raise _at(record, what, "correct the label, or add training examples of it")


def check_kept(before: Sequence[Record], train: Sequence[Record]) -> None:
    """Raise DataError for the first label that had training rows and lost them all to the split."""
    kept = {record.answer for record in train}
    for record in before:
        if record.answer not in kept:
            what = f"the label '{record.answer}' has no training row left after the split"
            raise _at(record, what, "add differing examples of it, or raise `split.near`")


def _at(record: Record, what: str, remedy: str) -> DataError:
    return DataError(what, place=Place(record.source, record.line), remedy=remedy)
