"""Reading a recipe: one strict YAML file to a checked `Recipe`, with the line every value came from.

All faults are collected and raised at once, before any data or model is opened. Knows the schema, YAML and which
files must exist; nothing of what the files hold.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from finewright.base.errors import InputError, Place, RecipeError
from finewright.base.places import located
from finewright.base.portable import recipe_notes
from finewright.base.recipe import Recipe
from finewright.base.recipe_endpoint import endpoint_notes
from finewright.base.recipe_faults import schema_faults, slug
from finewright.base.recipe_keys import KEYS, LEAVES, section
from finewright.base.recipe_rules import DATA_FILES, rule_faults
from finewright.base.settings import Settings
from finewright.base.settings_file import settings_text
from finewright.base.yaml_lines import START, Document, KeyPath, read_yaml


@dataclass(frozen=True, slots=True)
class ResolvedRecipe:
    """A recipe that is valid, with paths made absolute, and where each of its values came from.

    `origins` maps every dotted key to `recipe line 4`, `default` or, for the name, the file or folder it is taken from.
    """

    recipe: Recipe
    path: Path
    origins: Mapping[str, str]
    lines: Mapping[KeyPath, int]

    @property
    def notes(self) -> list[str]:
        """What to know of the recipe before it is run, though nothing is wrong with it."""
        return [*endpoint_notes(self.recipe.arms.endpoints), *recipe_notes(self.recipe)]

    def place(self, dotted: str) -> Place:
        """Where a key stands in the recipe; for one that is absent, the nearest section that would hold it."""
        return Document(self.path, lines=dict(self.lines)).place(tuple(dotted.split(".")))


def read_recipe(path: str | Path) -> ResolvedRecipe:
    """Read and check a recipe file. Raises RecipeError with every fault found, in the order of lines."""
    path = Path(path)
    try:
        document = read_yaml(_text(path), path)
    except InputError as fault:
        raise RecipeError([fault]) from fault
    recipe, faults = _checked(document)
    if recipe is None or faults:
        raise RecipeError(sorted(faults, key=lambda fault: (fault.place and fault.place.line) or 0))
    name, taken_from = _name(recipe, path)
    origins = {key: _origin(document, key) for key in LEAVES} | {"name": taken_from or _origin(document, "name")}
    return ResolvedRecipe(_absolute(recipe, path.parent, name), path, origins, document.lines)


def read_section(path: Path, name: str) -> Settings:
    """One section of the schema out of a YAML file: a recipe, or a file that holds this section alone.

    Raises RecipeError with every fault of the section, or where the file has none; further sections are not looked at.
    """
    if not path.exists():
        raise InputError("there is no such file", place=Place(path), remedy=f"name a file with a section `{name}`")
    document, kind = read_yaml(_text(path), path), section(KEYS[(name,)])
    assert kind is not None
    strange = [{"type": "extra_forbidden", "loc": (key,)} for key in document.values if (key,) not in KEYS]
    faults = [*document.faults, *schema_faults(strange, document)]
    if name not in document.values:
        remedy = f"write `{name}:` and its keys"
        faults.append(InputError(f"holds no section `{name}`", place=Place(path), remedy=remedy))
    if faults:
        raise RecipeError(faults)
    try:
        return kind.model_validate_json(json.dumps(document.values[name]), strict=True)
    except ValidationError as refused:
        errors = [{**error, "loc": (name, *error["loc"])} for error in refused.errors()]
        raise RecipeError(schema_faults(errors, document)) from refused


def resolved_rows(
    resolved: ResolvedRecipe, derived: Mapping[str, tuple[Any, str]] | None = None
) -> list[tuple[str, Any, str]]:
    """Every setting as (dotted key, value, origin), in the schema's order; `derived` replaces what was left open."""
    derived = derived or {}
    values = resolved.recipe.model_dump(mode="json")
    written = ((key, (_at(values, key), resolved.origins[key])) for key in LEAVES)
    return [(key, *derived.get(key, found)) for key, found in written]


def schema() -> dict[str, Any]:
    """The recipe's JSON Schema, for editors that complete and check YAML."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Recipe.model_json_schema()}


def starter(data: str | Path) -> str:
    """A working recipe for a data file: eight lines, comments included."""
    return (
        "# A finewright recipe. All keys: finewright recipe schema, or docs/recipe.md.\n"
        "data:\n"
        f"  train: {json.dumps(str(data), ensure_ascii=False)}\n"
        "task:\n"
        "  instruction: Answer in the way of the examples.\n"
        "train:\n"
        "  epochs: 3\n"
        "seed: 0\n"
    )


def _checked(document: Document) -> tuple[Recipe | None, list[InputError]]:
    """The recipe where the schema accepts the document, and all faults. Strict: no text passes for a number."""
    faults = [*document.faults, *rule_faults(document)]
    try:
        return Recipe.model_validate_json(json.dumps(document.values), strict=True), faults
    except ValidationError as refused:
        return None, [*faults, *schema_faults(refused.errors(), document)]


def _text(path: Path) -> str:
    return settings_text(path, "recipe", START)


def _name(recipe: Recipe, path: Path) -> tuple[str, str | None]:
    """The run's name and, where the recipe does not say it, what it is taken from."""
    if recipe.name:
        return recipe.name, None
    if path.stem == "recipe":
        return slug(path.absolute().parent.name), "the recipe's folder"
    return slug(path.stem), "the recipe's file name"


def _absolute(recipe: Recipe, folder: Path, name: str) -> Recipe:
    """The recipe with its name set and its paths taken from its own folder; a base written `./` or `~/` is a path."""
    files = {part: located(file, folder) for part in DATA_FILES if (file := getattr(recipe.data, part))}
    bases = {
        arm: of.model_copy(update={"base": _base(of.base, folder)})
        for arm, of in (
            ("frozen", recipe.arms.frozen),
            ("encoder", recipe.arms.encoder),
            ("reward", recipe.arms.reward),
        )
    }
    rag = {"rag": recipe.arms.rag.model_copy(update=_located(recipe.arms.rag, ("index",), folder))}
    train, forgetting = recipe.train, recipe.evaluate.forgetting
    replay = train.replay.model_copy(update=_located(train.replay, ("file",), folder))
    teacher, reinforce = train.distil.teacher, train.reinforce
    rewards = [part.model_copy(update=_located(part, ("path",), folder)) for part in reinforce.rewards]
    learning = {
        "replay": replay,
        "reinforce": reinforce.model_copy(update={"rewards": rewards}),
        "distil": train.distil.model_copy(update={"teacher": teacher and _base(teacher, folder)}),
    }
    redteam = recipe.audit.redteam.model_copy(update=_located(recipe.audit.redteam, ("probes", "garak"), folder))
    policy = {"policy": _policy(recipe.audit.policy, folder)}
    audit = _located(recipe.audit, ("secrets",), folder) | {"redteam": redteam} | policy
    changes = {
        "name": name,
        "base": _base(recipe.base, folder),
        "data": recipe.data.model_copy(update=files),
        "task": recipe.task.model_copy(update=_located(recipe.task, ("schema_file",), folder)),
        "arms": recipe.arms.model_copy(update=bases | rag),
        "train": train.model_copy(update=_located(train, ("start",), folder) | learning),
        "evaluate": recipe.evaluate.model_copy(
            update={"forgetting": forgetting.model_copy(update=_located(forgetting, ("text", "probes"), folder))}
        ),
        "audit": recipe.audit.model_copy(update=audit),
        "output": recipe.output.model_copy(update={"runs": located(recipe.output.runs, folder)}),
    }
    return recipe.model_copy(update=changes)


def _located(section: Settings, names: Sequence[str], folder: Path) -> dict[str, Path]:
    return {name: located(path, folder) for name in names if (path := getattr(section, name))}


def _base(name: str, folder: Path) -> str:
    return str(located(name, folder)) if name.startswith(("./", "../", "~/")) else name


def _policy(named: str | None, folder: Path) -> str | None:
    """A policy that is written as a file, from the recipe's folder; a shipped one by its name."""
    written = named is not None and (Path(named).suffix in (".yaml", ".yml") or len(Path(named).parts) > 1)
    return str(located(Path(named), folder)) if named is not None and written else named


def _origin(document: Document, key: str) -> str:
    line = document.lines.get(tuple(key.split(".")))
    return f"recipe line {line}" if line else "default"


def _at(values: Mapping[str, Any], key: str) -> Any:
    found: Any = values
    for name in key.split("."):
        found = found[name]
    return found
