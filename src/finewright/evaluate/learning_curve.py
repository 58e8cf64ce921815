"""A learning curve: accuracy by number of training rows, the power law through it, and how many more rows buy a point.

Rows are held out of the training part several times over; the rest is learned in growing nested subsets. The errors
follow error(n) = floor + scale * n^-power, as learning curves of classifiers do (Figueroa et al. 2012, BMC Medical
Informatics 12:8, whose weights, rising with the size, are used). All uncertainty comes from one bootstrap over seeds
and held-out rows. Knows nothing of files; the test part never comes here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count, takewhile
from math import ceil

import numpy as np

from finewright.base.errors import DataError, Place
from finewright.base.order import rank, shuffled
from finewright.base.progress import Advance
from finewright.base.records import Record
from finewright.base.results import Figure
from finewright.data.assign import Shares, by_group, parted
from finewright.data.inputs import compared
from finewright.evaluate.arms.graded import Grade
from finewright.evaluate.statistics.clusters import Groups, clustered_replicates, numbered
from finewright.evaluate.statistics.intervals import Floats, bias_corrected

HELD_OUT = 0.2
POINT = 0.01
FARTHEST = 10
"""A projection beyond this many times the rows at hand is no knowledge, whatever a formula says."""

FEWEST_SIZES = 6
"""So that at least four lie up to half: sizes through which a law of three figures can be laid and still be wrong."""

_SMALLEST = 10
_MOST_SIZES = 8
_RESAMPLES = 1000
_POWERS = np.geomspace(0.05, 2.0, 400)


@dataclass(frozen=True, slots=True)
class Trials:
    """What was measured: `sizes` (K,) rising, and for each of S seeds which rows were asked and answered right.

    asked   (S, N) 1 where the seed held the row out
    right   (S, K, N) 1 where it was then answered right after so many rows
    groups  (N,) which rows hang together
    """

    sizes: tuple[int, ...]
    asked: Floats
    right: Floats
    groups: Groups


@dataclass(frozen=True, slots=True)
class Law:
    """error(n) = floor + scale * (n / unit)^-power, of B curves at once; each figure is (B,)."""

    floor: Floats
    scale: Floats
    power: Floats
    unit: float

    def accuracy(self, rows: float) -> Floats:
        """The accuracy after this many rows: (B,)."""
        return 1 - self.floor - self.scale * (rows / self.unit) ** -self.power

    def per_row(self, rows: int, gain: float) -> Floats:
        """One over how many rows beyond `rows` raise the accuracy by `gain`: (B,); 0 where no number does."""
        wanted = 1 - self.accuracy(rows) - gain - self.floor
        reachable = (wanted > 0) & (self.scale > 0)
        share = np.where(reachable, wanted, 1.0) / np.where(reachable, self.scale, 1.0)
        with np.errstate(over="ignore"):
            more = self.unit * share ** (-1 / self.power) - rows
        return np.where(reachable, 1 / np.maximum(more, 1.0), 0.0)


@dataclass(frozen=True, slots=True)
class More:
    """How many more rows buy one point, and between which bounds; None: no number that could be named."""

    value: int | None
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Check:
    """What the sizes up to half foretold of the whole, and what was then measured there.

    `held` tells whether their difference, drawn again and again from the same rows, may be nothing.
    """

    rows: int
    predicted: Figure
    measured: Figure
    held: bool


@dataclass(frozen=True, slots=True)
class Curve:
    """A learning curve over `rows` training rows.

    points   (rows learned, accuracy) of each size
    doubled  the accuracy that twice the rows would bring
    more     what one point costs, `known` where its interval is of use and the check held
    """

    rows: int
    confidence: float
    seeds: int
    points: tuple[tuple[int, Figure], ...]
    floor: float
    scale: float
    power: float
    check: Check
    doubled: Figure
    more: More
    known: bool


def trials(records: Sequence[Record], grade: Grade, seeds: int, seed: int, advance: Advance) -> Trials:
    """Hold rows out, learn from growing shares of the rest, and ask; `seeds` times over.

    A group stays whole, as do rows that say the same. Raises DataError where there are too few rows for a curve.
    """
    drawn = [_drawn(records, rank(seed, "learning curve", number)) for number in range(seeds)]
    sizes = _sizes(min(len(pool) for pool, _ in drawn), records)
    place = {record.id: at for at, record in enumerate(records)}
    asked = np.zeros((seeds, len(records)))
    right = np.zeros((seeds, len(sizes), len(records)))
    for number, (pool, held) in enumerate(drawn):
        at = [place[record.id] for record in held]
        asked[number, at] = 1
        for which, size in enumerate(sizes):
            right[number, which, at] = _right(pool[:size], held, grade)
            advance(1, f"{size:,} rows")
    return Trials(sizes, asked, right, numbered([unit_of(record) for record in records]))


def fits(records: Sequence[Record], seeds: int) -> int:
    """About how many classifiers `trials` fits: what its progress counts."""
    return seeds * len(_within(round(len(records) * (1 - HELD_OUT)), _smallest(records)))


def unit_of(record: Record) -> str:
    """What must not be divided: the row's group, or else its input, so that a copy never answers for its original."""
    return f"group {record.group}" if record.group is not None else "input " + "\n".join(compared(record))


def fitted(sizes: Sequence[int], errors: Floats) -> Law:
    """The power law with the least weighted squared error through each of B curves (B, K).

    For a given power the law is a straight line in n^-power, so each of a fine grid of powers is solved exactly, with
    neither floor nor scale below zero, and the best is taken.
    """
    unit, weights = float(sizes[-1]), np.arange(1, len(sizes) + 1, dtype=np.float64)
    weights /= weights.sum()
    x = (np.asarray(sizes) / unit) ** -_POWERS[:, None]  # (G, K)
    middle, square = x @ weights, (x * x) @ weights  # (G,)
    mean = (errors @ weights)[:, None]  # (B, 1)
    product = (errors * weights) @ x.T  # (B, G)
    scale = np.maximum((product - mean * middle) / (square - middle**2), 0.0)
    floor = mean - scale * middle
    bare = floor < 0
    scale, floor = np.where(bare, product / square, scale), np.where(bare, 0.0, floor)
    lost = floor**2 - 2 * floor * mean - 2 * scale * product + 2 * scale * floor * middle + scale**2 * square
    best = lost.argmin(axis=1)
    rows = np.arange(len(errors))
    return Law(floor[rows, best], scale[rows, best], _POWERS[best], unit)


def curve(found: Trials, rows: int, confidence: float) -> Curve:
    """The curve of what was measured, laid on to `rows` training rows and beyond."""
    value, drawn = _accuracies(found, *_once(found)), _resampled(found)  # (1, K), (B, K)
    law, laws = fitted(found.sizes, 1 - value), fitted(found.sizes, 1 - drawn)
    check = _check(found, value, drawn, confidence)
    per_row, bounds = _interval(law.per_row(rows, POINT), laws.per_row(rows, POINT), confidence)
    more = More(_rows(per_row), _rows(bounds[1]), _rows(bounds[0]))
    return Curve(
        rows=rows,
        confidence=confidence,
        seeds=len(found.asked),
        points=tuple(
            (size, _figure(value[:, at], drawn[:, at], confidence, _asked_rows(found)))
            for at, size in enumerate(found.sizes)
        ),
        floor=float(law.floor[0]),
        scale=float(law.scale[0]),
        power=float(law.power[0]),
        check=check,
        doubled=_figure(law.accuracy(2 * rows), laws.accuracy(2 * rows), confidence, _asked_rows(found)),
        more=more,
        known=check.held and more.high is not None and more.high <= (FARTHEST - 1) * rows,
    )


def _drawn(records: Sequence[Record], seed: int) -> tuple[list[Record], list[Record]]:
    """The rows to learn from, in the order in which they come, and the rows held out."""
    parts = parted(records, by_group(records, Shares(0, HELD_OUT), seed, unit_of, lambda record: record.answer))
    return shuffled(parts["train"], lambda record: record.id, seed, "learned"), list(parts["test"])


def _smallest(records: Sequence[Record]) -> int:
    """The smallest size: with fewer than two rows a label, what grows is how many labels were ever seen."""
    return max(_SMALLEST, 2 * len({record.answer for record in records}))


def _sizes(pool: int, records: Sequence[Record]) -> tuple[int, ...]:
    sizes = _within(pool, _smallest(records))
    if len(sizes) < FEWEST_SIZES:
        least = ceil(_smallest(records) * 2 ** ((FEWEST_SIZES - 1) / 2) / (1 - HELD_OUT))
        raise DataError(
            f"the training part has too few rows for a learning curve ({pool} would be learned from at most)",
            place=Place(records[0].source),
            remedy=f"label rows until at least {least} are in the training part",
        )
    return sizes


def _within(pool: int, smallest: int) -> tuple[int, ...]:
    """The whole pool and, from there down, a square root of two less each: every other one is half."""
    down = takewhile(lambda size: size >= smallest, (round(pool / 2 ** (step / 2)) for step in count()))
    return tuple(sorted(size for size, _ in zip(down, range(_MOST_SIZES), strict=False)))


def _right(learned: Sequence[Record], held: Sequence[Record], grade: Grade) -> list[bool]:
    labels = [record.answer for record in learned]
    grades = grade([record.text for record in learned], labels, [record.text for record in held])
    return [said == record.answer for said, record in zip(grades.likeliest, held, strict=True)]


def _once(found: Trials) -> tuple[Floats, Floats]:
    """The weights of the sample itself: each row and each seed once."""
    return np.ones((1, found.asked.shape[1])), np.ones((1, len(found.asked)))


def _accuracies(found: Trials, rows: Floats, seeds: Floats) -> Floats:
    """The accuracy at each size under weights of rows (B, N) and of seeds (B, S): (B, K)."""
    each = [
        rows @ right.T / np.maximum(rows @ asked, 1e-12)[:, None]
        for right, asked in zip(found.right, found.asked, strict=True)
    ]
    return np.asarray(np.einsum("bs,sbk->bk", seeds / seeds.sum(axis=1, keepdims=True), np.stack(each)))


def _resampled(found: Trials) -> Floats:
    """The accuracies on draws of groups of rows and of seeds with replacement: (B, K); the same for the same shape."""
    seeds = len(found.asked)
    draws = np.random.Generator(np.random.PCG64(seeds))

    def statistic(rows: Floats) -> Floats:
        chosen = draws.multinomial(seeds, np.full(seeds, 1 / seeds), len(rows)).astype(np.float64)
        return _accuracies(found, rows, chosen)

    return clustered_replicates(statistic, found.groups, _RESAMPLES)


def _check(found: Trials, value: Floats, drawn: Floats, confidence: float) -> Check:
    """The law through the sizes up to half, held against the whole."""
    whole = found.sizes[-1]
    early = [at for at, size in enumerate(found.sizes) if size <= round(whole / 2)]
    sizes = [found.sizes[at] for at in early]
    told = fitted(sizes, 1 - value[:, early]).accuracy(whole)
    tolds = fitted(sizes, 1 - drawn[:, early]).accuracy(whole)
    _, (low, high) = _interval(told - value[:, -1], tolds - drawn[:, -1], confidence)
    return Check(
        rows=whole,
        predicted=_figure(told, tolds, confidence, _asked_rows(found)),
        measured=_figure(value[:, -1], drawn[:, -1], confidence, _asked_rows(found)),
        held=low <= 0 <= high,
    )


def _interval(value: Floats, drawn: Floats, confidence: float) -> tuple[float, tuple[float, float]]:
    return float(value[0]), bias_corrected(drawn, float(value[0]), confidence)


def _figure(value: Floats, drawn: Floats, confidence: float, rows: int) -> Figure:
    middle, (low, high) = _interval(value, drawn, confidence)
    return Figure(middle, low, high, rows)


def _asked_rows(found: Trials) -> int:
    """How many different rows were held out by one seed or another."""
    return int(np.count_nonzero(found.asked.sum(axis=0)))


def _rows(per_row: float) -> int | None:
    """A number of rows from its inverse; none from 0."""
    return ceil(1 / per_row) if per_row > 0 else None
