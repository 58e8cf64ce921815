"""Training, validation and test parts with no text on two sides. Knows nothing of files, tokens or models."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain

from finewright.base.errors import DataError
from finewright.base.recipe import Split
from finewright.base.records import PREFERRED, Record, TaskKind
from finewright.base.views import Joined
from finewright.data.assign import Drawn, Numbers, Shares, by_group, by_time, parted, stratified
from finewright.data.classes import check_held_out, check_kept, check_known, check_learnable
from finewright.data.departures import Departure, leave_groups, leave_near
from finewright.data.inputs import compared
from finewright.data.marks import marks


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts, each in file order, and the rows that left so that none of them stands, or nearly so, in two."""

    train: Sequence[Record]
    validation: Sequence[Record]
    test: Sequence[Record]
    left: list[Departure]


def split(
    train: Sequence[Record],
    validation: Sequence[Record] | None,
    test: Sequence[Record] | None,
    settings: Split,
    seed: int,
    kind: TaskKind,
    written: Sequence[Record] | None = None,
) -> Parts:
    """Held-out parts that are None are drawn from `train`; then rows too near to a held-out row leave.

    `written` are the rows of `train` as they were before something in them was replaced, one for one: into which part a
    row falls hangs on these, so that the same rows are held out whatever stands in them now.

    A test file is never changed. A group split besides takes from the other parts every row whose group is in a
    given validation or test file. Raises DataError where a part would be empty, or where a label could not be
    learned or measured.
    """
    if not train:
        raise DataError("there are no training rows", remedy="give a file with rows that can be used")
    check_learnable(train, kind)
    check_known(train, chain(validation or (), test or ()), kind)
    drawn = _drawn(train, train if written is None else written, validation, test, settings, seed, kind)
    parts = _without_groups(drawn) if settings.by == "group" else _parts(drawn, [])
    parts = _without_near(parts, settings.near)
    _check_filled(parts)
    check_kept(train, parts.train, kind)
    check_held_out(parts.test, kind)
    return parts


def _drawn(
    train: Sequence[Record],
    written: Sequence[Record],
    validation: Sequence[Record] | None,
    test: Sequence[Record] | None,
    settings: Split,
    seed: int,
    kind: TaskKind,
) -> Drawn:
    shares = Shares(settings.validation if validation is None else 0, settings.test if test is None else 0)
    drawn = parted(train, _assigned(written, shares, settings.by, seed, kind))
    given = {"validation": validation, "test": test}
    return drawn | {part: records for part, records in given.items() if records is not None}


def _assigned(records: Sequence[Record], shares: Shares, by: str, seed: int, kind: TaskKind) -> Numbers:
    """`auto` is by group where the rows have groups. Judged answers to one prompt, often many, stay together."""
    if not shares.validation and not shares.test:
        return bytes(len(records))
    if by == "time":
        return by_time(records, shares)
    if by == "group" or (by == "auto" and any(record.group is not None for record in records)):
        return by_group(records, shares, seed)
    stratum = _stratum(records, kind)
    if kind in PREFERRED:
        return by_group(records, shares, seed, _prompt, stratum)
    return stratified(records, shares, seed, stratum)


def _stratum(records: Sequence[Record], kind: TaskKind) -> Callable[[Record], str]:
    """The label by which a row is stratified: its own, its thumb, or of several the one that the fewest rows have.

    So a rare label gets its share of every part, which sets of labels, often with one row each, could not get. A row
    without labels is of the stratum "", as are all rows of other kinds of task.
    """
    rows = Counter(mark for record in records for mark in marks(record, kind))

    def stratum(record: Record) -> str:
        return min(marks(record, kind), key=lambda mark: (rows[mark], mark), default="")

    return stratum


def _prompt(record: Record) -> str:
    """The input as the name of a group; neither of its two texts has a line break in it."""
    return "\n".join(compared(record))


def _parts(drawn: Drawn, left: list[Departure]) -> Parts:
    return Parts(drawn["train"], drawn["validation"], drawn["test"], left)


def _without_groups(drawn: Drawn) -> Parts:
    validation = leave_groups("validation", drawn["validation"], drawn["test"])
    train = leave_groups("train", drawn["train"], Joined([drawn["test"], validation.records]))
    return Parts(train.records, validation.records, drawn["test"], validation.left + train.left)


def _without_near(parts: Parts, near: float) -> Parts:
    """Validation first: a row that has left it takes no training row with it."""
    validation = leave_near("validation", parts.validation, parts.test, near)
    train = leave_near("train", parts.train, Joined([parts.test, validation.records]), near)
    return Parts(train.records, validation.records, parts.test, parts.left + validation.left + train.left)


def _check_filled(parts: Parts) -> None:
    for name, records in (("training", parts.train), ("validation", parts.validation), ("test", parts.test)):
        if not records:
            left = f" after {len(parts.left)} rows left as too near to a held-out row" if parts.left else ""
            raise DataError(
                f"the {name} part is empty{left}",
                remedy="give more rows that differ, or change `split.by`, the shares in `split` or `split.near`",
            )
