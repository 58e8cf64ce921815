"""What goes into a run's folder before anything is computed: the recipe, its settings, the parts, the data card."""

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from finewright.base.files import write_json, write_jsonl
from finewright.base.recipe_file import ResolvedRecipe, resolved_rows
from finewright.data.split import Parts
from finewright.flows.folder import RunFolder


def write_inputs(
    folder: RunFolder,
    resolved: ResolvedRecipe,
    parts: Parts,
    card: Mapping[str, Any],
    derived: Mapping[str, tuple[Any, str]],
    learned: Iterable[str],
) -> None:
    """Write them; the recipe as it was when the run began stays.

    `derived` replaces what the recipe left open; `learned` are the ids of what is learned from.
    """
    folder.recipe.parent.mkdir(parents=True, exist_ok=True)
    if not folder.recipe.exists():
        shutil.copyfile(resolved.path, folder.recipe)
    write_settings(folder, resolved, derived)
    for name in ("train", "validation", "test"):
        write_jsonl(folder.part(name), (asdict(record) for record in getattr(parts, name)))
    write_json(folder.learned, list(learned))
    write_json(folder.card, card)


def write_settings(folder: RunFolder, resolved: ResolvedRecipe, derived: Mapping[str, tuple[Any, str]]) -> None:
    """Every setting with its value and origin, as `recipe.resolved.json`."""
    rows = [{"key": key, "value": value, "origin": origin} for key, value, origin in resolved_rows(resolved, derived)]
    write_json(folder.resolved, rows)
