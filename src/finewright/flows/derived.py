"""What settings left open became: values worked out from data, base or machine, each with its origin."""

import os
from collections.abc import Mapping
from typing import Any

from finewright.base.recipe import Columns, Recipe
from finewright.flows.prepare import Prepared


def derived(prepared: Prepared, micro_tokens: int) -> dict[str, tuple[Any, str]]:
    """Resolved values by dotted recipe key, for those that the recipe leaves to finewright."""
    recipe, card = prepared.recipe, prepared.card
    values: dict[str, tuple[Any, str]] = {
        "task.kind": (prepared.task.kind, "recognised from the answers"),
        "evaluate.max_tokens": (prepared.task.max_tokens, "from the longest training answer"),
        "train.max_length": (prepared.fitting.limit, "the base's context"),
        "train.micro_tokens": (micro_tokens, "from free memory, once"),
        "train.threads": (os.cpu_count() or 1, "the machine's cores"),
        "train.rows": (len(prepared.learning), "all training rows"),
        "evaluate.test_rows": (len(prepared.shared), "all test rows"),
        "evaluate.validation_rows": (len(prepared.choosing), "all validation rows"),
    }
    return left_open(recipe, card, values)


def left_open(
    recipe: Recipe, card: Mapping[str, Any], values: Mapping[str, tuple[Any, str]]
) -> dict[str, tuple[Any, str]]:
    """Those of `values`, and of what the data `card` says was recognised, that the recipe does not say itself."""
    # Roles without a key, such as a chat's tools, go by the name of their column alone.
    found = {role: name for role, name in card["columns"].items() if role in Columns.model_fields}
    columns = {f"data.columns.{role}": (name, "recognised") for role, name in found.items()}
    files = {key: (value, "recognised from the file") for key, value in card["recognised"].items()}
    return {key: value for key, value in {**values, **columns, **files}.items() if _open(recipe, key)}


def _open(recipe: Any, key: str) -> bool:
    """Whether the recipe leaves `key` (dotted) to finewright: None or `auto`."""
    for name in key.split("."):
        recipe = getattr(recipe, name)
    return recipe in (None, "auto")
