"""A recipe as YAML text: the keys that were written, with some values replaced. Reads back as what it was made of.

Scalars are written as JSON, which is YAML too and leaves nothing to guess: a text that looks like a number stays one.
"""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from finewright.base.recipe import Recipe
from finewright.base.recipe_file import ResolvedRecipe
from finewright.base.recipe_keys import LEAVES


def recipe_text(resolved: ResolvedRecipe, recipe: Recipe, values: Mapping[str, Any], folder: Path) -> str:
    """The recipe for a file in `folder`: every key of `resolved` that was written, and those of `values`.

    All values are those of `recipe`. Name and the folder of runs are written out, files relative to `folder`; the
    section `sweep` is left out.
    """
    written = [key for key in LEAVES if key in values or key in ("name", "output.runs") or _written(resolved, key)]
    settings: dict[str, Any] = {}
    for key in written:
        *above, last = key.split(".")
        place: Any = settings
        value: Any = recipe
        for name in above:
            place, value = place.setdefault(name, {}), getattr(value, name)
        place[last] = _text(getattr(value, last), folder)
    return "".join(_lines(settings, ""))


def _written(resolved: ResolvedRecipe, key: str) -> bool:
    path = tuple(key.split("."))
    return path in resolved.lines and path[0] != "sweep"


def _text(value: Any, folder: Path) -> str:
    return json.dumps(os.path.relpath(value, folder) if isinstance(value, Path) else value, ensure_ascii=False)


def _lines(settings: Mapping[str, Any], indent: str) -> Iterator[str]:
    for key, value in settings.items():
        if isinstance(value, str):
            yield f"{indent}{key}: {value}\n"
        else:
            yield f"{indent}{key}:\n"
            yield from _lines(value, f"{indent}  ")
