"""`label queue`: the unlabelled rows that a classifier learns most from, as a page and a table for a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from finewright.base.errors import DataError, Place
from finewright.base.nearness import near_pairs
from finewright.base.progress import progress
from finewright.base.records import Record
from finewright.evaluate.arms.graded import Grades
from finewright.evaluate.statistics.intervals import Floats
from finewright.evaluate.uncertainty import By as Doubt
from finewright.evaluate.uncertainty import doubts, queued
from finewright.flows.label.folder import Job, check_free, sheet_of, write_job
from finewright.flows.label.pool import read_pool
from finewright.flows.label.rows import By, Rows, classifier, labelled_rows
from finewright.flows.sheet.sheet import Block, Item

_SUGGESTED = 5


@dataclass(frozen=True, slots=True)
class Queued:
    """What was chosen: `rows` of `pool` texts, of which `known` are near a labelled row or of a held-out group."""

    classifier: str
    rows: tuple[Record, ...]
    doubts: tuple[float, ...]
    pool: int
    known: int


def label_queue(
    recipe_path: Path, pool: Path, out: Path, *, rows: int = 50, by: By = "auto", doubt: Doubt = "margin"
) -> Queued:
    """Choose and write. Raises InputError or DataError, before anything is written, where that cannot be done."""
    check_free(out)
    known = labelled_rows(recipe_path)
    texts = read_pool(pool, known.recipe.data)
    near = known.recipe.split.near
    fresh = _fresh(texts, known, near)
    if not fresh:
        remedy = "give texts that are in none of the recipe's files"
        raise DataError("every text is, or nearly is, one that has a label", place=Place(pool), remedy=remedy)
    name, grade = classifier(known.recipe, by)
    train = known.parts.train
    with progress("Grading the pool", None, "texts"):
        grades = grade([one.text for one in train], [one.answer for one in train], [one.text for one in fresh])
    unsure = doubts(grades.table, doubt)
    chosen = queued([one.text for one in fresh], unsure, rows, near)
    taken = tuple(fresh[at] for at in chosen)
    write_job(out, _job(known, taken, grades, grades.table[chosen]))
    return Queued(name, taken, tuple(float(unsure[at]) for at in chosen), len(texts), len(texts) - len(fresh))


def _fresh(texts: Sequence[Record], known: Rows, near: float) -> list[Record]:
    """Those that no labelled row says already, and of no group that is held out: both would have to leave again."""
    labelled = sorted({record.text for part in _parts(known) for record in part})
    pairs = near_pairs([one.text for one in texts], labelled, near)
    taken = {at for at, _, _ in pairs}
    held = {record.group for part in (known.parts.validation, known.parts.test) for record in part} - {None}
    return [one for at, one in enumerate(texts) if at not in taken and one.group not in held]


def _parts(known: Rows) -> tuple[Sequence[Record], ...]:
    return known.parts.train, known.parts.validation, known.parts.test


def _job(known: Rows, taken: Sequence[Record], grades: Grades, table: Floats) -> Job:
    items = tuple(
        Item(record.id, (Block("text", record.text),), _likeliest(grades.labels, row))
        for record, row in zip(taken, table, strict=True)
    )
    asked = "Choose the label of each text. Leave open what has none of these labels."
    sheet = sheet_of(str(known.recipe.name), "queue", asked, known.labels, items)
    return Job("queue", known.resolved.path, sheet, tuple(taken))


def _likeliest(labels: Sequence[str], row: Floats) -> tuple[str, ...]:
    return tuple(labels[at] for at in np.argsort(-row, kind="stable")[:_SUGGESTED])
