"""A schema's keys as data, the recipe's first: every key with its field, and what values a field takes in words.

What faults, docs and `recipe show` read, so that none of them repeats the schema. Knows no files.
"""

import re
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from finewright.base.recipe import Recipe
from finewright.base.settings import Settings

_NONE = re.compile(r"\bnone: (.+?)\.(?:\s|$)")
_WORDS: dict[Any, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text",
    Path: "a path",
    dict: "a section of its own keys",
}


def section(field: FieldInfo) -> type[Settings] | None:
    """The settings class of a key that holds further keys, else None."""
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, Settings) else None


def items(field: FieldInfo) -> type[Settings] | None:
    """The settings class of a key that holds a list of sections, else None."""
    of = get_args(field.annotation)[:1] if get_origin(field.annotation) is list else ()
    return next((kind for kind in of if isinstance(kind, type) and issubclass(kind, Settings)), None)


def keys(model: type[Settings] = Recipe, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], FieldInfo]]:
    """Every key with its field, in the order of the schema; a section comes before the keys it holds."""
    for name, field in model.model_fields.items():
        path = (*above, name)
        yield path, field
        if inner := section(field):
            yield from keys(inner, path)


@dataclass(frozen=True)
class Schema:
    """A YAML file's keys. `said` names the file in sentences.

    keys     every key, sections included, by its path
    fields   those, and the keys of sections that stand in a list, by the list's path
    """

    model: type[Settings]
    said: str
    keys: dict[tuple[str, ...], FieldInfo]
    fields: dict[tuple[str, ...], FieldInfo]


def schema_of(model: type[Settings], said: str) -> Schema:
    """The schema of a file that holds these settings."""
    every = dict(keys(model))
    listed = {
        (*path, name): of
        for path, field in every.items()
        if (inner := items(field))
        for name, of in inner.model_fields.items()
    }
    return Schema(model, said, every, every | listed)


RECIPE = schema_of(Recipe, "the recipe")

KEYS = RECIPE.keys
"""Every key of the recipe, sections included, by its path."""

LEAVES: tuple[str, ...] = tuple(".".join(path) for path, field in KEYS.items() if not section(field))
"""The dotted name of every key that holds a value."""


def choices(field: FieldInfo) -> tuple[str, ...]:
    """The words a field takes, empty where it takes others too freely to list."""
    return tuple(word for kind in _kinds(field.annotation) if get_origin(kind) is Literal for word in get_args(kind))


def expected(field: FieldInfo) -> str:
    """What a field takes, in words: `a whole number`, `one of 'csv', 'json'`."""
    return " or ".join(_words(kind) for kind in _kinds(field.annotation))


def optional(field: FieldInfo) -> bool:
    """Whether the key may be null: worked out by finewright, or absent."""
    return type(None) in get_args(field.annotation)


def left_out(field: FieldInfo) -> str:
    """What it means that the key is null, in the words of its description; empty where that does not say."""
    said = _NONE.search(field.description or "")
    return said[1] if said else ""


def names(model: type[Settings]) -> list[str]:
    """The keys directly under a section."""
    return list(model.model_fields)


def _kinds(annotation: Any) -> list[Any]:
    """The alternatives of a union, without None and without pydantic's metadata."""
    if get_origin(annotation) is typing.Annotated:
        return _kinds(get_args(annotation)[0])
    if get_origin(annotation) in (typing.Union, types.UnionType):
        return [kind for member in get_args(annotation) for kind in _kinds(member)]
    return [] if annotation is type(None) else [annotation]


def _words(kind: Any) -> str:
    if get_origin(kind) is Literal:
        words = [f"'{word}'" for word in get_args(kind)]
        return f"one of {', '.join(words)}" if len(words) > 1 else words[0]
    if isinstance(kind, type) and issubclass(kind, Settings):
        return f"a section with keys among {', '.join(names(kind))}"
    if get_origin(kind) is list:
        (of,) = _kinds(get_args(kind)[0])
        if isinstance(of, type) and issubclass(of, Settings):
            return f"a list of sections with keys among {', '.join(names(of))}"
        if get_origin(of) is tuple:
            return "a list of lists of whole numbers"
        return {str: "a list of names", int: "a list of whole numbers"}[of]
    return _WORDS[get_origin(kind) or kind]
