"""Answers as columns that classifiers can learn, and back. Knows nothing of features or models.

A label is one column. Where any of some labels apply, each is a column of its own that says whether it does. A JSON
record is one column a field, each value as its JSON text and an absent field as the empty text; only fields with a
closed set of values are worth learning, the others are filled with their most frequent value.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from finewright.base.files import canonical_json
from finewright.base.label_list import labels_in, labels_text
from finewright.base.records import Record
from finewright.evaluate.task import Task, reference_object

_ABSENT, _APPLIES = "", "applies"


@dataclass(frozen=True, slots=True)
class Column:
    """One thing to predict: its value for each training record, and whether a classifier should learn it."""

    targets: tuple[str, ...]
    learnable: bool


def columns_of(task: Task, train: Sequence[Record]) -> list[Column]:
    """The training answers as columns: the label, or one column for each label or field of the task."""
    if task.kind == "classes":
        return [Column(tuple(record.answer for record in train), learnable=True)]
    if task.kind == "labels":
        held = [labels_in(record.answer, task.kind) for record in train]
        return [Column(tuple(_APPLIES if label in one else _ABSENT for one in held), True) for label in task.labels]
    objects = [reference_object(record) for record in train]
    return [
        Column(
            tuple(canonical_json(found[field.name]) if field.name in found else _ABSENT for found in objects),
            learnable=field.choices is not None,
        )
        for field in task.fields
    ]


def answer_of(task: Task, values: Sequence[str]) -> str:
    """One answer from one value a column, in the order of `columns_of`."""
    if task.kind == "classes":
        return values[0]
    if task.kind == "labels":
        return labels_text(label for label, value in zip(task.labels, values, strict=True) if value == _APPLIES)
    named = zip(task.fields, values, strict=True)
    read = {field.name: json.loads(text) for field, text in named if text != _ABSENT}
    return json.dumps(read, ensure_ascii=False, separators=(",", ":"))
