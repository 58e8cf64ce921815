"""What a person found in a sample of rows, as recall and precision with intervals. Knows no sheet and no file.

Identifiers of one row tend to be found or missed together, so their intervals are at the number of rows that they are
worth (`clustered_wilson`); shares of rows have Wilson's.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from finewright.evaluate.statistics.clusters import clustered_wilson, numbered
from finewright.evaluate.statistics.intervals import wilson
from finewright.evaluate.words import level, percent

_CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Marked:
    """One row as a person marked it: the kinds of what was replaced in it, of what of this wrongly, and of what was
    missed; empty for a kind that the person did not tell."""

    found: tuple[str, ...]
    wrong: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()

    @property
    def right(self) -> int:
        """How many were replaced rightly."""
        return len(self.found) - len(self.wrong)

    def of(self, kind: str) -> "Marked":
        """The row as if it had this kind alone."""
        found, wrong, missed = (tuple(one for one in of if one == kind) for of in (self.found, self.wrong, self.missed))
        return Marked(found, wrong, missed)


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its interval, of so many; None where there is nothing to have a share of."""

    value: float | None
    low: float
    high: float
    of: int


@dataclass(frozen=True, slots=True)
class OfKind:
    """The estimates of one kind, or of what was marked without one (empty): then there are counts and no shares."""

    kind: str
    found: int
    wrong: int
    missed: int
    recall: Share | None
    precision: Share | None


@dataclass(frozen=True, slots=True)
class Reviewed:
    """Estimates for all rows, from a sample of them.

    recall     of the identifiers that are there, the share that was replaced
    precision  of what was replaced, the share that is an identifier
    unmissed   rows in which nothing was missed
    unwronged  rows in which nothing was replaced wrongly
    kinds      the same by kind, the most frequent first; what was marked without a kind counts in none of them
    """

    rows: int
    total: int
    found: int
    wrong: int
    missed: int
    recall: Share
    precision: Share
    unmissed: Share
    unwronged: Share
    kinds: tuple[OfKind, ...]

    @property
    def sentences(self) -> list[str]:
        """The estimates in words."""
        named = {
            "Recall": (self.recall, "identifiers that are there were replaced"),
            "Precision": (self.precision, "replacements are of an identifier"),
            "Rows in which nothing was missed": (self.unmissed, "rows"),
            "Rows in which nothing was taken wrongly": (self.unwronged, "rows"),
        }
        said = [_said(name, share, what) for name, (share, what) in named.items()]
        if untold := sum(one.wrong + one.missed for one in self.kinds if not one.kind):
            said.append(f"Of {untold:,} the kind was not told: they count in these figures, and in none of a kind.")
        return [f"A person looked at {self.rows:,} of {self.total:,} rows, drawn at random.", *said]


def reviewed(rows: Sequence[Marked], total: int) -> Reviewed:
    """The estimates of marked rows, drawn at random from `total`."""
    return Reviewed(
        rows=len(rows),
        total=total,
        found=sum(len(one.found) for one in rows),
        wrong=sum(len(one.wrong) for one in rows),
        missed=sum(len(one.missed) for one in rows),
        recall=_recall(rows),
        precision=_precision(rows),
        unmissed=_of_rows([not one.missed for one in rows]),
        unwronged=_of_rows([not one.wrong for one in rows]),
        kinds=tuple(_of_kind(rows, kind) for kind in _kinds(rows)),
    )


def _kinds(rows: Sequence[Marked]) -> list[str]:
    counts = Counter(kind for one in rows for kind in (*one.found, *one.wrong, *one.missed))
    return sorted(counts, key=lambda kind: (not kind, -counts[kind], kind))


def _of_kind(rows: Sequence[Marked], kind: str) -> OfKind:
    of = [one.of(kind) for one in rows]
    return OfKind(
        kind=kind,
        found=sum(len(one.found) for one in of),
        wrong=sum(len(one.wrong) for one in of),
        missed=sum(len(one.missed) for one in of),
        recall=_recall(of) if kind else None,
        precision=_precision(of) if kind else None,
    )


def _recall(rows: Sequence[Marked]) -> Share:
    return _of_identifiers([one.right for one in rows], [len(one.missed) for one in rows])


def _precision(rows: Sequence[Marked]) -> Share:
    return _of_identifiers([one.right for one in rows], [len(one.wrong) for one in rows])


def _of_identifiers(right: Sequence[int], wrong: Sequence[int]) -> Share:
    """The share of right ones among right and wrong ones, by row."""
    values = [value for good, bad in zip(right, wrong, strict=True) for value in [1.0] * good + [0.0] * bad]
    if not values:
        return Share(None, 0.0, 1.0, 0)
    groups = numbered(
        [row for row, (good, bad) in enumerate(zip(right, wrong, strict=True)) for _ in range(good + bad)]
    )
    low, high = clustered_wilson(np.array(values), groups, _CONFIDENCE)
    return Share(float(np.mean(values)), low, high, len(values))


def _of_rows(right: Sequence[bool]) -> Share:
    low, high = wilson(sum(right), len(right), _CONFIDENCE)
    return Share(sum(right) / len(right) if right else None, low, high, len(right))


def _said(name: str, share: Share, what: str) -> str:
    if share.value is None:
        return f"{name}: nothing in these rows to tell it by."
    interval = f"{level(_CONFIDENCE)} interval {percent(share.low)} to {percent(share.high)}"
    return f"{name}: {percent(share.value)} of {share.of:,} {what} ({interval})."
