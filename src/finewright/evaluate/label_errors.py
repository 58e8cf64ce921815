"""Likely label errors, by confident learning (Northcutt, Jiang and Chuang 2021, JAIR 70:1373, arXiv:1911.00068).

Each row is graded by a classifier that never saw it, its group or a copy of it. A row counts as one of a label where
that label's probability reaches what rows given the label have on average; where such a label is another than the given
one, the row is a suspect. Suspects are ranked by the normalised margin: the probability of the given label less that of
the likeliest other. Knows nothing of files or of how a person decides.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from finewright.base.errors import DataError, Place
from finewright.base.order import shuffled, unit
from finewright.base.progress import Advance
from finewright.base.records import Record
from finewright.evaluate.arms.graded import Grade
from finewright.evaluate.learning_curve import unit_of
from finewright.evaluate.statistics.intervals import Floats

FOLDS = 5


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """Probabilities (N, L) of each of `labels` for each record, by classifiers that saw none of its group.

    `alone` are rows of labels that stand in one group only: of such a label nothing is known out of fold, so that they
    cannot be judged and are in neither `records` nor `table`.
    """

    records: tuple[Record, ...]
    labels: tuple[str, ...]
    table: Floats
    alone: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class Suspect:
    """A row whose label is likely wrong: the label that is likelier, both probabilities, and their margin (-1..1)."""

    record: Record
    likely: str
    probability: float
    given_probability: float

    @property
    def margin(self) -> float:
        """The given label's probability less that of the likeliest other: the lower, the likelier an error."""
        return self.given_probability - self.probability


@dataclass(frozen=True, slots=True)
class Suspects:
    """Suspects, the likeliest errors first, among `judged` rows, and how many errors are `expected` in all."""

    suspects: tuple[Suspect, ...]
    judged: int
    expected: float
    alone: tuple[Record, ...]


def out_of_fold(records: Sequence[Record], grade: Grade, seed: int, advance: Advance) -> OutOfFold:
    """Grade every record by the folds it is not in. Raises DataError where no two labels can be judged."""
    units = [unit_of(record) for record in records]
    held: defaultdict[str, set[str]] = defaultdict(set)
    for record, name in zip(records, units, strict=True):
        held[record.answer].add(name)
    judged = [record for record in records if len(held[record.answer]) > 1]
    labels = tuple(sorted({record.answer for record in judged}))
    if len(labels) < 2:
        raise DataError(
            "fewer than two labels have rows in two groups, so no row can be judged by the others",
            place=Place(records[0].source),
            remedy="give more rows, or leave `data.columns.group` out if its groups are no customers or documents",
        )
    folds = _folds(judged, seed)
    table = np.zeros((len(judged), len(labels)))
    for fold in range(FOLDS):
        asked = [at for at, record in enumerate(judged) if folds[unit_of(record)] == fold]
        if asked:
            learned = [record for record in judged if folds[unit_of(record)] != fold]
            table[asked] = _graded(learned, [judged[at] for at in asked], labels, grade)
        advance(1, f"fold {fold + 1}")
    return OutOfFold(tuple(judged), labels, table, tuple(one for one in records if len(held[one.answer]) < 2))


def suspects(found: OutOfFold) -> Suspects:
    """The rows that confidently belong to another label than the given one, ranked by normalised margin."""
    place = {label: at for at, label in enumerate(found.labels)}
    given = np.array([place[record.answer] for record in found.records])
    confident = _confident(found.table, given)
    listed = []
    for at, (record, other) in enumerate(zip(found.records, confident.tolist(), strict=True)):
        if other not in (-1, given[at]):
            likely = int(np.where(np.arange(len(place)) == given[at], -1.0, found.table[at]).argmax())
            chances = float(found.table[at, likely]), float(found.table[at, given[at]])
            listed.append(Suspect(record, found.labels[likely], *chances))
    ranked = sorted(listed, key=lambda one: (one.margin, one.record.id))
    return Suspects(tuple(ranked), len(found.records), _expected(given, confident), found.alone)


def _folds(records: Sequence[Record], seed: int) -> dict[str, int]:
    """The fold of each group: those of one label, in keyed order, are dealt out in turn, so that each has its share."""
    labels: dict[str, str] = {}
    for record in records:
        labels.setdefault(unit_of(record), record.answer)
    members: defaultdict[str, list[str]] = defaultdict(list)
    for name, label in labels.items():
        members[label].append(name)
    return {
        name: (at + int(FOLDS * unit(seed, "first fold", label))) % FOLDS
        for label, names in members.items()
        for at, name in enumerate(shuffled(names, str, seed, "folds"))
    }


def _graded(learned: Sequence[Record], asked: Sequence[Record], labels: Sequence[str], grade: Grade) -> Floats:
    texts, given = [record.text for record in learned], [record.answer for record in learned]
    return grade(texts, given, [record.text for record in asked]).among(labels)


def _confident(table: Floats, given: NDArray[np.int64]) -> NDArray[np.int64]:
    """The label that each row confidently belongs to, -1 for none: equations 1 and 2 of the paper; (N,).

    A label's threshold is the mean of its probability over the rows given it; of several labels at or above theirs the
    likeliest counts.
    """
    counts = np.bincount(given, minlength=table.shape[1])
    owned = np.bincount(given, weights=table[np.arange(len(table)), given], minlength=table.shape[1])
    reached = np.where(table >= owned / np.maximum(counts, 1) - 1e-12, table, -1.0)
    return np.where(reached.max(axis=1) >= 0, reached.argmax(axis=1), -1)


def _expected(given: NDArray[np.int64], confident: NDArray[np.int64]) -> float:
    """How many labels are wrong by the confident joint, calibrated to the rows given each label (equation 3)."""
    rows, sure = Counter(given.tolist()), Counter(given[confident >= 0].tolist())
    wrong = Counter(given[(confident >= 0) & (confident != given)].tolist())
    return float(sum(wrong[label] / sure[label] * rows[label] for label in wrong))
