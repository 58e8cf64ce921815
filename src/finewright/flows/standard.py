"""What a recipe says of right answers besides their kind: a schema, how far off numbers may be. Knows no model."""

from typing import Any

from finewright.base.errors import InputError
from finewright.base.recipe_file import ResolvedRecipe
from finewright.base.records import TaskKind
from finewright.base.views import Joined
from finewright.data.load import Loaded
from finewright.evaluate.json_schema import check_records, read_schema
from finewright.evaluate.scorers.number import reference_amount


def held_to(resolved: ResolvedRecipe, kind: TaskKind, loaded: dict[str, Loaded]) -> dict[str, Any]:
    """What the recipe says of right answers besides their kind: its schema, whether the tuned arm is held to it, and
    how far off numbers may be.

    Raises InputError where the schema is none, or is asked for of answers that are no records, and DataError for the
    first answer that breaks it or is no number where numbers are wanted.
    """
    recipe, place = resolved.recipe, resolved.place("task.schema_file")
    arms = ("zero_shot", "few_shot", "retrieved", "rag", "tuned")
    held = [f"arms.{arm}.constrained" for arm in arms if getattr(recipe.arms, arm).constrained]
    held += ["arms.endpoints" for one in recipe.arms.endpoints if one.constrained]
    records = Joined(one.records for one in loaded.values())
    if kind != "json" and (held or recipe.task.schema_file):
        key = held[0] if held else "task.schema_file"
        what = f"{key} is for answers that are JSON records, and these are {kind}"
        raise InputError(what, place=resolved.place(key), remedy="remove it, or set `task.kind: json`")
    if kind == "numbers":
        for record in records:
            reference_amount(record)
    schema = read_schema(recipe.task.schema_file, place) if recipe.task.schema_file else None
    if schema is not None:
        check_records(schema, records)
    return {"schema": schema, "constrained": recipe.arms.tuned.constrained, "tolerance": recipe.task.tolerance}
