"""What is asked of every arm: the kind of answer, its labels or fields, and how long it may get.

A task is worked out from the training answers once and then travels with the adapter, so that prediction renders the
very prompts that training and evaluation rendered. Knows nothing of prompts' wording or of models.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from math import ceil
from typing import Any

from pydantic import TypeAdapter, ValidationError

from finewright.base.errors import DataError, InputError, Place
from finewright.base.files import canonical_json
from finewright.base.label_list import labels_in
from finewright.base.records import Record, TaskKind
from finewright.evaluate.json_object import json_type, read_object

Scalar = str | bool | int | float | None

MOST_CHOICES = 50
"""A field with more distinct values than this is open: no prompt lists them and no classifier learns them."""


@dataclass(frozen=True, slots=True)
class JsonField:
    """One field of a JSON record as the training answers show it.

    `type` is JSON's name of the type, several joined by " or "; `choices` the closed set of values, or None where
    the field is open; `required` whether every training answer has it.
    """

    name: str
    type: str
    choices: tuple[Scalar, ...] | None = None
    required: bool = True


@dataclass(frozen=True, slots=True)
class Task:
    """The task: `labels` sorted (classes, labels), `fields` by first appearance (json), `max_tokens` of an answer.

    `order` holds the labels from the lowest to the highest where classes have an order, and nothing where they have
    none. `schema` is the text of the team's JSON Schema, where it has one; `constrained` tells whether answers are held
    to it, or to the fields; `tolerance` is the share by which a number may be off.
    """

    kind: TaskKind
    instruction: str
    labels: tuple[str, ...]
    fields: tuple[JsonField, ...]
    max_tokens: int
    order: tuple[str, ...] = ()
    schema: str | None = None
    constrained: bool = False
    tolerance: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """The task as plain JSON values, for the adapter's manifest."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Any) -> "Task":
        """The task that `to_json` wrote. Raises InputError where `value` is something else."""
        try:
            return TypeAdapter(cls).validate_python(value)
        except ValidationError as fault:
            raise InputError("the task stored with the adapter is damaged", remedy="train the adapter again") from fault


def make_task(
    kind: TaskKind,
    instruction: str,
    train: Sequence[Record],
    count_answer_tokens: Callable[[str], int],
    max_tokens: int | None = None,
    order: Sequence[str] | None = None,
    schema: str | None = None,
    constrained: bool = False,
    tolerance: float = 0.0,
) -> Task:
    """Work the task out from the training records; `order` is that of the recipe.

    Without `max_tokens` an answer may be a quarter and eight tokens longer than the longest training answer.
    `schema` is the text of the recipe's JSON Schema. Raises DataError where a json task has an answer that is no JSON
    object.
    """
    return Task(
        kind=kind,
        instruction=instruction,
        labels=tuple(sorted({label for record in train for label in labels_in(record.answer, kind)})),
        fields=_fields(train) if kind == "json" else (),
        max_tokens=max_tokens or ceil(1.25 * max(count_answer_tokens(record.answer) for record in train)) + 8,
        order=tuple(order or ()),
        schema=schema,
        constrained=constrained,
        tolerance=tolerance,
    )


def reference_object(record: Record) -> dict[str, Any]:
    """A record's reference answer as a JSON object. Raises DataError naming the row where it is none."""
    parsed = read_object(record.answer)
    if parsed is None:
        raise DataError(
            "the answer is not one JSON object, as those of a json task must be",
            place=_place(record),
            remedy="mend the row, or set task.kind to text",
        )
    return parsed


def _fields(train: Sequence[Record]) -> tuple[JsonField, ...]:
    objects = [reference_object(record) for record in train]
    names = dict.fromkeys(name for parsed in objects for name in parsed)
    return tuple(_field(name, [parsed[name] for parsed in objects if name in parsed], len(objects)) for name in names)


def _field(name: str, values: list[Any], rows: int) -> JsonField:
    types = " or ".join(sorted({json_type(value) for value in values}))
    return JsonField(name, types, _closed_set(values), required=len(values) == rows)


def _closed_set(values: list[Any]) -> tuple[Scalar, ...] | None:
    """The distinct values, sorted by their JSON text, if they are few and come twice each on average.

    Fractions are measurements, never choices, however often they repeat.
    """
    if not all(value is None or isinstance(value, str | bool | int) for value in values):
        return None
    distinct = {canonical_json(value): value for value in values}
    if len(distinct) > MOST_CHOICES or len(values) < 2 * len(distinct):
        return None
    return tuple(distinct[text] for text in sorted(distinct))


def most_frequent(texts: Sequence[str]) -> str:
    """The text that occurs most often; of several the first in sorted order."""
    counts = Counter(texts)
    return min(counts, key=lambda text: (-counts[text], text))


def _place(record: Record) -> Place | None:
    return Place(record.source, record.line or None) if record.source else None
