"""People's labels of the same answers, read from a file and held against a judge's. Knows no models.

A CSV file with a header, or JSON lines, of the columns `record` (its id), `criterion`, `arm` and `level`. Where the
criterion is `preferred` there is no arm, and the level is the arm whose answer is better, or `tie`.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from finewright.base.errors import DataError, Place
from finewright.base.nearest import nearest
from finewright.base.recipe_judge import INCONCLUSIVE, PREFERRED, Criterion, reading
from finewright.base.results import Figure
from finewright.evaluate.statistics.cohen import cohen, cohen_figure

TIE = "tie"
_COLUMNS = ("record", "criterion", "level")


@dataclass(frozen=True, slots=True)
class Label:
    """What a person said of one answer, or of two where `arm` is None."""

    record: str
    criterion: str
    arm: str | None
    level: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """A judge held against people by one criterion.

    `kappa` is Cohen's over all labels, with replies that could not be read as disagreement; `confusion` counts by
    people's level and then by the judge's. `decides` says whether the lower end of kappa reaches the threshold.
    """

    criterion: str
    kappa: Figure
    confusion: dict[str, dict[str, int]]
    decides: bool


def read_labels(path: Path, criteria: Sequence[Criterion], arms: Sequence[str], records: Sequence[str]) -> list[Label]:
    """The labels of a file. Raises DataError with the line of the first that does not fit the rubric, arms or rows."""
    scales = {criterion.name: criterion.levels for criterion in criteria} | {PREFERRED: [*arms, TIE]}
    known, seen, labels = set(records), set[tuple[str, str, str | None]](), []
    for line, row in _rows(path):
        label = _label(row, scales, arms, known, Place(path, line))
        if (key := (label.record, label.criterion, label.arm)) in seen:
            raise DataError("labels an answer a second time", place=Place(path, line), remedy="keep one agreed label")
        seen.add(key)
        labels.append(label)
    if not labels:
        raise DataError("holds no labels", place=Place(path), remedy="give one row a label")
    return labels


def agreement(
    labels: Sequence[Label], said: Mapping[Label, str | None], levels: Sequence[str], confidence: float, least: float
) -> Agreement:
    """People's `labels` by one criterion beside what the judge said of each; None where that could not be read."""
    names = [*levels, INCONCLUSIVE]
    theirs = [names.index(label.level) for label in labels]
    mine = [names.index(said[label] or INCONCLUSIVE) for label in labels]
    rows = {record: at for at, record in enumerate(sorted({label.record for label in labels}))}
    at = np.array([rows[label.record] for label in labels])
    statistic = cohen(np.array(theirs), np.array(mine), at, len(names))
    kappa = cohen_figure(statistic, len(rows), len(labels), confidence)
    confusion = {level: dict.fromkeys(names, 0) for level in levels}
    for one, other in zip(theirs, mine, strict=True):
        confusion[names[one]][names[other]] += 1
    return Agreement(labels[0].criterion, kappa, confusion, kappa.low >= least)


def _label(
    row: Mapping[str, Any], scales: Mapping[str, Sequence[str]], arms: Sequence[str], known: set[str], place: Place
) -> Label:
    record, criterion, level = (str(row.get(name) or "").strip() for name in _COLUMNS)
    arm = str(row.get("arm") or "").strip() or None
    if record not in known:
        remedy = "label the test rows of this run, by the ids in its data/test.jsonl"
        raise DataError(f"labels the record {record[:40]!r}, which is none that was judged", place=place, remedy=remedy)
    if criterion not in scales:
        raise _unknown("criterion", criterion, list(scales), place)
    if criterion != PREFERRED and arm not in arms:
        raise _unknown("arm", arm or "", arms, place)
    scale = {reading(one): one for one in scales[criterion]}
    if reading(level) not in scale:
        raise _unknown("level", level, scales[criterion], place)
    return Label(record, criterion, None if criterion == PREFERRED else arm, scale[reading(level)])


def _unknown(what: str, named: str, known: Sequence[str], place: Place) -> DataError:
    like = nearest(named, known)
    remedy = f"did you mean {like!r}" if like else f"write one of {', '.join(known)}"
    return DataError(f"names the {what} {named!r}, which is not there", place=place, remedy=remedy)


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Line numbers and rows."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        reason = getattr(fault, "strerror", None) or "it is no UTF-8 text"
        what = f"the labels cannot be read ({reason})"
        raise DataError(what, place=Place(path), remedy="name a CSV or JSONL file of labels") from fault
    yield from _objects(text, path) if text.lstrip().startswith("{") else _table(text, path)


def _objects(text: str, path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            row = None
        if not isinstance(row, dict):
            raise DataError("is no JSON object", place=Place(path, number), remedy="mend the line, or leave it out")
        yield number, row


def _table(text: str, path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    table = csv.DictReader(io.StringIO(text, newline=""))
    try:
        missing = [name for name in _COLUMNS if name not in (table.fieldnames or ())]
        if missing:
            remedy = "give it a header with record, criterion, arm and level"
            raise DataError(f"has no column {missing[0]!r}", place=Place(path, 1), remedy=remedy)
        for row in table:
            yield table.line_num, row
    except csv.Error as fault:
        raise DataError(f"is no CSV ({fault})", place=Place(path, table.line_num), remedy="save it as CSV") from fault
