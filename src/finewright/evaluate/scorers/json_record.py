"""A JSON record: right when every field is right and there is none besides.

How answers are read and values compared is `evaluate/json_object.py`; by the team's schema, `evaluate/json_schema.py`.
"""

from collections.abc import Callable, Sequence
from typing import Any

from finewright.base.protocols import Scorer
from finewright.base.records import Record, Score
from finewright.evaluate.json_object import read_object, same_value
from finewright.evaluate.json_schema import JsonSchema
from finewright.evaluate.task import JsonField, reference_object


def json_record(fields: Sequence[JsonField], schema: JsonSchema | None = None) -> Scorer:
    """A scorer for records with `fields`, or by the team's `schema` where there is one.

    Parts: `validity` is 1 where the answer is one object that the schema allows or, without one, with every required
    field and no unknown one; `fields` is the share of the reference's fields that are right; `field:<name>` tells each
    apart. With a schema a right record is a valid one, and typed values are compared by what they mean. Never raises
    on an answer; raises DataError where the reference is no JSON object.
    """
    allowed = _by_names(fields) if schema is None else schema.allows
    same = _as_written if schema is None else schema.same

    def score(answer: str, record: Record) -> Score:
        wanted, said = reference_object(record), read_object(answer)
        right = {
            name: float(said is not None and name in said and same(value, said[name], name))
            for name, value in wanted.items()
        }
        valid = said is not None and allowed(said)
        exact = said is not None and said.keys() == wanted.keys() and all(right.values()) and (valid or schema is None)
        share = sum(right.values()) / len(right) if right else float(exact)
        named = {f"field:{name}": value for name, value in right.items()}
        return Score(correct=exact, parts={"validity": float(valid), "fields": share, **named})

    return score


def _by_names(fields: Sequence[JsonField]) -> Callable[[dict[str, Any]], bool]:
    known = {field.name for field in fields}
    required = {field.name for field in fields if field.required}
    return lambda said: required <= said.keys() <= known


def _as_written(wanted: Any, said: Any, *_: str) -> bool:
    return same_value(said, wanted)
