"""Which part each record goes to: stratified, by group or by time. Knows nothing of files or nearness.

Records are ranked by a keyed hash of their id; the test part takes a stratum's lowest, the validation part its highest
ranks, the training part those between. The size of a stratum's parts depends on that stratum alone. So removing a
record moves none of another label and none between test and validation; removing a training row moves nothing at all
as long as the quotas of its label stay the same, and where a held-out row goes or a quota changes by one, exactly one
row crosses that one edge. Exact quotas allow no less.
"""

import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from finewright.base.errors import DataError, Place
from finewright.base.order import in_order, shuffled, unit
from finewright.base.records import Record
from finewright.base.views import Chosen

PARTS = ("train", "validation", "test")
_TRAIN, _VALIDATION, _TEST = range(3)
_NUMBER = re.compile(r"-?\d+(\.\d+)?")

Drawn = dict[str, Sequence[Record]]
"""Records by part: train, validation, test; each in file order."""

Numbers = bytes | bytearray
"""For each record the number of its part in `PARTS`, for `parted`."""


@dataclass(frozen=True, slots=True)
class Shares:
    """The share of the rows for each held-out part; 0 for a part that is not drawn."""

    validation: float
    test: float


def stratified(records: Sequence[Record], shares: Shares, seed: int, stratum: Callable[[Record], str]) -> Numbers:
    """Random parts in which every stratum has its share, and at least one training row."""
    strata: dict[str, array[int]] = {}
    for at, record in enumerate(records):
        strata.setdefault(stratum(record), array("I")).append(at)
    parts = bytearray(len(records))
    for name, members in strata.items():
        ordered = in_order((records[at].id for at in members), seed, "split")
        test = _quota(shares.test, len(members), seed, "test", name)
        validation = _quota(shares.validation, len(members), seed, "validation", name)
        test = min(test, len(members) - 1)
        validation = min(validation, len(members) - 1 - test)
        for k, part in _ends(len(members), test, validation):
            parts[members[ordered[k]]] = part
    return parts


def parted(records: Sequence[Record], parts: Numbers) -> Drawn:
    """The records by part; `parts` has the number of each one's."""
    return {name: Chosen(records, (at for at, of in enumerate(parts) if of == part)) for part, name in enumerate(PARTS)}


def named_group(record: Record) -> str:
    """The group that a row names. Raises DataError where it names none."""
    if record.group is None:
        remedy = "set `data.columns.group` and fill that column in every row, or set `split.by: random`"
        raise DataError("the row has no group to split by", place=Place(record.source, record.line), remedy=remedy)
    return record.group


def by_group(
    records: Sequence[Record],
    shares: Shares,
    seed: int,
    group: Callable[[Record], str] = named_group,
    stratum: Callable[[Record], str] | None = None,
) -> Numbers:
    """Random parts, each group whole in one of them; shares are met as nearly as the sizes of groups allow.

    Groups whose rows have the same strata are spread evenly over the order in which parts are filled, so that every
    stratum has about its share.
    """
    known: dict[str, str] = {}
    # Each group's name once, however many rows have it.
    names = [known.setdefault(name, name) for name in map(group, records)]
    sizes = Counter(names)
    strata: dict[str, set[str]] = {}
    for name, record in zip(names, records, strict=True):
        strata.setdefault(name, set()).add(stratum(record) if stratum else "")
    ordered = _spread({name: " ".join(sorted(held)) for name, held in strata.items()}, seed)
    rows = len(records)
    test = _filled(ordered, sizes, shares.test * rows, spare=2 if shares.validation else 1)
    rest = [name for name in reversed(ordered) if name not in test]
    validation = _filled(rest, sizes, shares.validation * rows, spare=1)
    parts = dict.fromkeys(test, _TEST) | dict.fromkeys(validation, _VALIDATION)
    return bytes(parts.get(name, _TRAIN) for name in names)


def by_time(records: Sequence[Record], shares: Shares) -> Numbers:
    """The latest rows are the test part, those before them the validation part; one instant is never divided."""
    instants = array("d", map(_instant, records))
    ordered = sorted(instants)
    from_test = _threshold(ordered, shares.test)
    before = [instant for instant in ordered if instant < from_test]
    from_validation = _threshold(before, shares.validation * len(ordered) / max(1, len(before)))

    def part(instant: float) -> int:
        return _TEST if instant >= from_test else _VALIDATION if instant >= from_validation else _TRAIN

    return bytes(map(part, instants))


def _quota(share: float, rows: int, seed: int, part: str, stratum: str) -> int:
    """The share in whole rows; a fraction is rounded by the stratum's own draw, so small strata add up rightly."""
    return int(share * rows + unit(seed, "quota", part, stratum)) if share else 0


def _ends(rows: int, test: int, validation: int) -> Iterator[tuple[int, int]]:
    """What is held out of so many rows: test off the low end of the ranks, validation off the high end."""
    yield from ((k, _TEST) for k in range(test))
    yield from ((k, _VALIDATION) for k in range(rows - validation, rows))


def _spread(strata: Mapping[str, str], seed: int) -> list[str]:
    """The groups in keyed order: the k-th of a stratum's n groups stands at (k + u) / n with a draw u of its own."""
    members: dict[str, list[str]] = {}
    for name, stratum in strata.items():
        members.setdefault(stratum, []).append(name)
    standing: list[tuple[float, str]] = []
    for stratum, names in members.items():
        start = unit(seed, "split by group", "start", stratum)
        ordered = shuffled(names, str, seed, "split by group")
        standing += [((k + start) / len(names), name) for k, name in enumerate(ordered)]
    return [name for _, name in sorted(standing)]


def _filled(ordered: Sequence[str], sizes: Mapping[str, int], wanted: float, spare: int) -> set[str]:
    """Groups in order, each taken if that brings the rows nearer to the wanted number; at least the smallest one.

    `spare` groups are left for other parts.
    """
    taken: set[str] = set()
    rows = 0
    for name in ordered:
        if len(taken) < len(ordered) - spare and abs(rows + sizes[name] - wanted) < abs(rows - wanted):
            taken.add(name)
            rows += sizes[name]
    smallest = sorted(ordered, key=lambda name: sizes[name])[: int(len(ordered) > spare)]
    return taken if taken or not wanted else set(smallest)


def _threshold(ordered: Sequence[float], share: float) -> float:
    """The instant from which at least this share of the rows lies."""
    rows = round(share * len(ordered))
    return ordered[-rows] if rows else float("inf")


def _instant(record: Record) -> float:
    """Seconds since 1970, or the plain number the column holds; a time without a zone counts as UTC."""
    place = Place(record.source, record.line)
    if record.time is None:
        remedy = "set `data.columns.time` and fill that column in every row, or set `split.by: random`"
        raise DataError("the row has no time to split by", place=place, remedy=remedy)
    if _NUMBER.fullmatch(record.time):
        return float(record.time)
    try:
        moment = datetime.fromisoformat(record.time)
    except ValueError:
        what = f"the time '{record.time}' is neither ISO 8601 nor a number"
        raise DataError(what, place=place, remedy="write it as 2025-03-31 or 2025-03-31T14:05") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
