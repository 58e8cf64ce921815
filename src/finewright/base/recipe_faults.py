"""What the schema finds wrong with a recipe or a policy, as sentences for a person: line, fault, what to write instead.

Takes pydantic's list of errors and the document they are about. Knows no files and raises nothing.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic.fields import FieldInfo

from finewright.base.errors import InputError
from finewright.base.nearest import nearest
from finewright.base.recipe_keys import RECIPE, Schema, choices, expected, items, left_out, names, section
from finewright.base.settings import Settings
from finewright.base.yaml_lines import Document, KeyPath

Error = Mapping[str, Any]

_LIMITS = {
    "greater_than": "must be greater than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "string_too_short": "must have at least {min_length} character(s)",
    "string_too_long": "must have at most {max_length} character(s)",
    "string_pattern_mismatch": "must start with a letter or digit and hold only these, '.', '_' and '-'",
}
_YES = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}
_NUMBER = re.compile(r"[-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?")
_SHOWN = 60


def schema_faults(errors: Iterable[Error], document: Document, schema: Schema = RECIPE) -> list[InputError]:
    """One fault per key, however many of pydantic's errors it takes to say so (a union gives one per member)."""
    by_key: dict[KeyPath, list[Error]] = {}
    for error in errors:
        by_key.setdefault(_key(error, schema), []).append(error)
    return [_fault(path, found, document, schema) for path, found in by_key.items()]


def slug(text: str) -> str:
    """`text` as a run's name: letters, digits, dots, dashes and underscores, starting with a letter or digit."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-._") or "run"


def _key(error: Error, schema: Schema) -> KeyPath:
    """Where the key stands that an error is about: its location, of sections in a list with the position in there,
    without what lies within a value: union members, and positions in a plain list.
    """
    path = tuple(map(str, error["loc"]))
    if error["type"] == "extra_forbidden":
        return path
    while path and (path[-1].isdigit() or _schema(path) not in schema.fields):
        path = path[:-1]
    return path


def _schema(path: KeyPath) -> KeyPath:
    """The key as the schema names it: without positions in lists of sections."""
    return tuple(part for part in path if not part.isdigit())


def _fault(written: KeyPath, errors: list[Error], document: Document, schema: Schema) -> InputError:
    kind, place, path = errors[0]["type"], document.place(written), _schema(written)
    if kind == "extra_forbidden":
        return InputError(_unknown(path, schema), place=place, remedy=_known(path, schema))
    if kind == "missing":
        what = f"{path[-1]!r} is missing from {_section_name(path, schema)}"
        return InputError(what, place=place, remedy=f"add it: {_lowered(schema.fields[path])}")
    value = document.get(*path) if path in schema.keys else errors[0]["input"]
    what, remedy = _wrong_value(path, errors, value, schema.fields[path])
    return InputError(f"{'.'.join(path)} {what}", place=place, remedy=remedy)


def _unknown(path: KeyPath, schema: Schema) -> str:
    return f"{path[-1]!r} is not a key of {_section_name(path, schema)}"


def _known(path: KeyPath, schema: Schema) -> str:
    """What to write for an unknown key: the same word elsewhere, a like word here or elsewhere, or the list."""
    word = path[-1]
    above = schema.keys.get(path[:-1])
    here = names((section(above) or items(above) if above else None) or schema.model)
    elsewhere: dict[str, str] = {}
    for key in sorted(schema.keys, key=len):  # the shallowest wins
        elsewhere.setdefault(key[-1], ".".join(key))
    if word in elsewhere:
        return f"write it as {elsewhere[word]}"
    if found := nearest(word, here):
        return f"write {found}"
    if found := nearest(word, elsewhere):
        return f"did you mean {elsewhere[found]}? The keys here are {', '.join(here)}"
    return f"the keys here are {', '.join(here)}"


def _wrong_value(path: KeyPath, errors: list[Error], value: Any, field: FieldInfo) -> tuple[str, str]:
    if value is None:
        return "has no value", _leave_out(field)
    if section(field):
        return f"must be {expected(field)}, not {_shown(value)}", "write its keys indented below it"
    limit = _LIMITS.get(errors[0]["type"])
    if limit and len(errors) == 1:
        what = limit.format(**errors[0].get("ctx", {}))
        return f"{what}, not {_shown(value)}", _within(path[-1], errors[0], value, field)
    return f"must be {expected(field)}, not {_shown(value)}", _instead(path[-1], field, value)


def _within(name: str, error: Error, value: Any, field: FieldInfo) -> str:
    if error["type"] == "string_pattern_mismatch":
        return f"write {name}: {slug(str(value))}"
    return _leave_out(field)


def _instead(name: str, field: FieldInfo, value: Any) -> str:
    """What to write where the value is of the wrong kind, by the usual slips of YAML."""
    wanted = expected(field)
    if isinstance(value, str) and (found := nearest(value, choices(field))):
        return f"write {name}: {found}"
    if wanted == "true or false" and str(value).lower() in _YES:
        return f"write {name}: {_YES[str(value).lower()]}"
    if "text" in wanted and isinstance(value, bool | int | float):
        return f"put it in quotes, for YAML reads a {'truth value' if isinstance(value, bool) else 'number'} there"
    if "names" in wanted and isinstance(value, list) and not all(isinstance(one, str) for one in value):
        return "put each in quotes, for YAML reads numbers or truth values there"
    if "number" in wanted and isinstance(value, str) and _NUMBER.fullmatch(plain := re.sub(r"[_, ]", "", value)):
        return f"write {name}: {plain}, without quotes or separators"
    return _leave_out(field)


def _leave_out(field: FieldInfo) -> str:
    if field.is_required():
        return f"give one: {_lowered(field)}"
    default = field.get_default(call_default_factory=True, validated_data={})
    if default is None:
        return f"leave the line out, which means: {said}" if (said := left_out(field)) else "leave the line out"
    if section(field):
        return "write keys below it, or leave the line out for the defaults"
    return f"leave the line out for the default, {_shown(default)}"


def _lowered(field: FieldInfo) -> str:
    text = (field.description or "").rstrip(".")
    return text[:1].lower() + text[1:]


def _section_name(path: KeyPath, schema: Schema) -> str:
    return ".".join(path[:-1]) or schema.said


def _shown(value: Any) -> str:
    """A value as the recipe has it, short, with anything unprintable escaped."""
    if isinstance(value, list) and any(isinstance(one, Settings) for one in value):
        value = [one.model_dump(exclude_unset=True) for one in value]
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a section"
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
