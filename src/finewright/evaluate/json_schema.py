"""The team's JSON Schema of a record: whether an answer is allowed by it, and whether two values mean the same by it.

`format` says what a text is, and is compared by value rather than enforced, as the standard has it: date, amount
(1,234.50 is 1234.5) and currency (€ is EUR). Nothing is fetched: a reference must lead within the schema itself.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError
from referencing import Registry

from finewright.base.errors import DataError, InputError, Place
from finewright.base.records import Record
from finewright.evaluate.json_object import json_type, same_value
from finewright.evaluate.task import Task, reference_object
from finewright.evaluate.values.amount import Amount, read_amount
from finewright.evaluate.values.currency import currency_code
from finewright.evaluate.values.date import read_date

_OWN_FORMATS = ("amount", "currency")
_LARGEST = 1 << 20
_DEEPEST = 40


class JsonSchema:
    """A schema of one JSON object, from its text. Raises InputError where the text is none."""

    def __init__(self, text: str, place: Place | None = None) -> None:
        self.document = _document(text, place)
        self._validator = Draft202012Validator(self.document, registry=Registry())

    def allows(self, value: Any) -> bool:
        """Whether the schema allows a JSON value."""
        try:
            return bool(self._validator.is_valid(value))
        except RecursionError:
            return False

    def breach(self, value: Any) -> str | None:
        """What the schema has against a value, in one line; None where it allows it."""
        fault = next(iter(self._validator.iter_errors(value)), None)
        return None if fault is None else _line(fault.message)

    def same(self, left: Any, right: Any, *field: str) -> bool:
        """Whether two values of a field mean the same, by the type and format that the schema gives it."""
        part: Any = self.document
        for name in field:
            part = _resolved(self.document, _resolved(self.document, part).get("properties", {}).get(name, {}))
        return _same(self.document, part, left, right)

    def constraint(self, order: Sequence[str] = ()) -> str:
        """The schema's text for an engine that writes by it: keys in this `order` as far as named, and without the
        formats that only finewright knows."""
        document = _without_own(self.document)
        properties = document.get("properties", {})
        known = [name for name in order if name in properties]
        if properties:
            document["properties"] = {name: properties[name] for name in dict.fromkeys([*known, *properties])}
        return json.dumps(document, ensure_ascii=False)


@lru_cache(maxsize=16)
def constraint_of(task: Task) -> str:
    """The schema that an engine writes the task's records by: the team's, or one of the fields that training showed.

    Keys come in the order in which the training answers have them, which is the order that a tuned model learned.
    """
    names = [field.name for field in task.fields]
    if task.schema is not None:
        return JsonSchema(task.schema).constraint(names)
    shown = {
        "type": "object",
        "properties": {field.name: {"type": field.type.split(" or ")} for field in task.fields},
        "required": [field.name for field in task.fields if field.required],
        "additionalProperties": False,
    }
    return JsonSchema(canonical_ordered(shown)).constraint(names)


def check_records(schema: str, records: Sequence[Record]) -> None:
    """Raise DataError for the first record whose reference answer the schema does not allow."""
    read = JsonSchema(schema)
    for record in records:
        breach = read.breach(reference_object(record))
        if breach is not None:
            raise DataError(
                f"the answer breaks `task.schema_file`: {breach}",
                place=Place(record.source, record.line or None) if record.source else None,
                remedy="mend the row or the schema",
            )


def read_schema(path: Path, place: Place | None = None) -> str:
    """The schema in a file, as text in one form. Raises InputError, at `place`, where there is none or it is none."""
    try:
        content = path.read_bytes() if path.stat().st_size <= _LARGEST else b""
        text = content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        remedy = "name a JSON Schema file; paths are relative to the recipe's folder"
        raise InputError(f"there is no JSON Schema to read in {path.name}", place=place, remedy=remedy) from fault
    return canonical_ordered(JsonSchema(text, Place(path)).document)


def canonical_ordered(document: Mapping[str, Any]) -> str:
    """The text of a schema with its keys in their own order, which is the order that records are written in."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _document(text: str, place: Place | None) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise _no_schema("it is not JSON", place) from fault
    if not isinstance(document, dict):
        raise _no_schema("a schema of a record is a JSON object", place)
    try:
        Draft202012Validator.check_schema(document)
    except SchemaError as fault:
        where = ".".join(map(str, fault.absolute_path))
        raise _no_schema(f"{where}: {fault.message}" if where else fault.message, place) from fault
    if document.get("type") != "object":
        raise _no_schema("`type` must be object at the top, as a record is one", place)
    for reference in _references(document):
        if not _leads_somewhere(document, reference):
            raise _no_schema(f"{reference} leads nowhere within it", place)
    return document


def _no_schema(what: str, place: Place | None) -> InputError:
    return InputError(f"this is no JSON Schema of a record: {_line(what)}", place=place, remedy="mend the schema")


def _line(said: str) -> str:
    line = " ".join(said.split()).rstrip(".")
    return line if len(line) <= 160 else f"{line[:160]}…"


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for one in part.values():
            yield from _references(one)
    if isinstance(part, list):
        for one in part:
            yield from _references(one)


def _leads_somewhere(document: Any, reference: str) -> bool:
    return reference.startswith("#") and _at(document, reference) is not None


def _at(document: Any, reference: str) -> Any:
    """The part that a JSON pointer within the document names, or None."""
    found = document
    for step in reference.removeprefix("#").split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _resolved(document: Any, part: Any) -> dict[str, Any]:
    """A part of the schema with its reference followed; an empty one where it says nothing of values."""
    for _ in range(_DEEPEST):
        if not isinstance(part, dict) or "$ref" not in part:
            break
        part = _at(document, part["$ref"])
    return part if isinstance(part, dict) else {}


def _same(document: Any, part: Any, left: Any, right: Any) -> bool:
    part = _resolved(document, part)
    if isinstance(left, dict) and isinstance(right, dict):
        inner = part.get("properties", {})
        return left.keys() == right.keys() and all(
            _same(document, inner.get(name, {}), left[name], right[name]) for name in left
        )
    if isinstance(left, list) and isinstance(right, list):
        items = part.get("items", {})
        pairs = zip(left, right, strict=False)
        return len(left) == len(right) and all(_same(document, items, *pair) for pair in pairs)
    meaning = _meaning(part)
    wanted, said = (None, None) if meaning is None else (meaning(left), meaning(right))
    if wanted is None or said is None:
        return same_value(left, right)
    if isinstance(wanted, Amount):
        return wanted.near(said) and not wanted.clashes(said)
    return bool(wanted == said)


def _meaning(part: Mapping[str, Any]) -> Callable[[Any], Any] | None:
    """How a value of this part of the schema is read by meaning; None where it is compared as it is."""
    kind = part.get("type")
    named = set(kind) if isinstance(kind, list) else {kind}
    match part.get("format"):
        case "date":
            return lambda value: read_date(value) if isinstance(value, str) else None
        case "currency":
            return lambda value: currency_code(value) if isinstance(value, str) else None
        case "amount":
            return _amount
        case _:
            return _amount if named & {"number", "integer"} else None


def _amount(value: Any) -> Amount | None:
    """A number, or the one amount of a text."""
    if json_type(value) == "number":
        return read_amount(str(value))
    return read_amount(value) if isinstance(value, str) else None


def _without_own(part: Any) -> Any:
    if isinstance(part, list):
        return [_without_own(one) for one in part]
    if not isinstance(part, dict):
        return part
    kept = {name: _without_own(one) for name, one in part.items()}
    return {name: one for name, one in kept.items() if not (name == "format" and one in _OWN_FORMATS)}
