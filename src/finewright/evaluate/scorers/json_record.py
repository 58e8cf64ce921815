"""A JSON record: right when every field is right and there is none besides.

How answers are read and values compared is `evaluate/json_object.py`.
"""

from collections.abc import Sequence
from typing import Any

from finewright.base.protocols import Scorer
from finewright.base.records import Record, Score
from finewright.evaluate.json_object import read_object, same_value
from finewright.evaluate.task import JsonField, reference_object


def json_record(fields: Sequence[JsonField]) -> Scorer:
    """A scorer for records with `fields`.

    Parts: `validity` is 1 where the answer is one object with every required field and no unknown one; `fields` is
    the share of the reference's fields that are right; `field:<name>` tells each apart. Never raises on an answer;
    raises DataError where the reference is no JSON object.
    """
    known = {field.name for field in fields}
    required = {field.name for field in fields if field.required}

    def score(answer: str, record: Record) -> Score:
        wanted, said = reference_object(record), read_object(answer)
        right = {name: float(_has(said, name, value)) for name, value in wanted.items()}
        exact = said is not None and said.keys() == wanted.keys() and all(right.values())
        valid = said is not None and required <= said.keys() <= known
        share = sum(right.values()) / len(right) if right else float(exact)
        named = {f"field:{name}": value for name, value in right.items()}
        return Score(correct=exact, parts={"validity": float(valid), "fields": share, **named})

    return score


def _has(said: dict[str, Any] | None, name: str, value: Any) -> bool:
    return said is not None and name in said and same_value(said[name], value)
