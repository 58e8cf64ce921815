"""The grid of a sweep: what is wrong with it, which combinations it makes, and a recipe with one of them put in.

Knows the schema and the document; no data, no models, and nothing of how well a combination does.
"""

import itertools
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated, Any

from pydantic import TypeAdapter, ValidationError

from finewright.base.errors import InputError
from finewright.base.files import canonical_json
from finewright.base.nearest import nearest
from finewright.base.recipe import Recipe, Sweep
from finewright.base.recipe_faults import schema_faults
from finewright.base.recipe_keys import KEYS, LEAVES, expected
from finewright.base.yaml_lines import Document, KeyPath

Rules = Callable[[Document], Sequence[InputError]]

ARMS = {"tuned": "train.", "encoder": "arms.encoder."}
"""The arms that a sweep can tune, with what their keys begin with."""

# These change the data, or how fast it goes, and not how an arm learns.
_PLACES = ("enabled", "rows", "turns", "start", "file", "base", "max_length")
_SPEED = ("threads", "micro_tokens", "cache", "gradient_checkpointing")
_MOST = 1000

SWEPT: tuple[str, ...] = tuple(
    key for key in LEAVES if key.startswith(tuple(ARMS.values())) and key.rsplit(".", 1)[-1] not in _PLACES + _SPEED
)
"""Every key that a grid may name."""


def grid_faults(document: Document, rules: Rules) -> list[InputError]:
    """All that is wrong with `sweep.grid`, each with the line of its key: keys, values, and combinations.

    `rules` gives the breaches of rules between keys; every combination is put in and held against them.
    """
    grid = document.get("sweep", "grid")
    if not isinstance(grid, dict) or not grid:
        return []
    faults = [fault for key, values in grid.items() for fault in _key_faults(key, values, document)]
    return faults or [*_arm_faults(grid, document), *_combination_faults(grid, document, rules)]


def arm_of(grid: Mapping[str, Any]) -> str:
    """The arm that the keys of a faultless grid are about."""
    return next(arm for arm, start in ARMS.items() if all(key.startswith(start) for key in grid))


def combinations(recipe: Recipe) -> list[dict[str, Any]]:
    """Every combination of the grid's values, in its order, each as dotted key to value.

    Keys that mean nothing under the others, as a rank where all weights are trained, are left out; combinations that
    are then the same count once.
    """
    made = (_meaningful(recipe, values) for values in _product(recipe.sweep.grid))
    return list({canonical_json(values): values for values in made}.values())


def with_values(recipe: Recipe, values: Mapping[str, Any], seed: int) -> Recipe:
    """The recipe with other values and another seed, without its sweep: what one trial runs."""
    settings = recipe.model_dump() | {"seed": seed, "sweep": Sweep().model_dump()}
    for key, value in values.items():
        _put(settings, tuple(key.split(".")), value)
    return Recipe.model_validate(settings)


def _product(grid: Mapping[str, Sequence[Any]]) -> Iterator[dict[str, Any]]:
    for values in itertools.product(*grid.values()):
        yield dict(zip(grid, values, strict=True))


def _meaningful(recipe: Recipe, values: Mapping[str, Any]) -> dict[str, Any]:
    learning = recipe.arms.encoder.train if arm_of(values) == "encoder" else recipe.train
    method = next((value for key, value in values.items() if key.endswith(".method")), learning.method)
    return {key: value for key, value in values.items() if method == "lora" or ".lora." not in key}


def _key_faults(key: str, values: Any, document: Document) -> Iterator[InputError]:
    place = document.place(("sweep", "grid", key))
    if isinstance(values, dict):
        what, remedy = f"sweep.grid: {key!r} holds keys", f"write them with dots, as {_below(key)}: [...]"
        yield InputError(what, place=place, remedy=remedy)
    elif key not in SWEPT:
        what = "is not tried by a sweep" if key in LEAVES else "is not a key of the recipe"
        found = _same_word(key) or nearest(key, SWEPT)
        remedy = f"did you mean {found}" if found else "name keys of train or arms.encoder, as train.learning_rate"
        yield InputError(f"sweep.grid: {key!r} {what}", place=place, remedy=remedy)
    elif isinstance(values, list):
        yield from _value_faults(key, values, document)
    else:
        shown = json.dumps(values)
        what = f"sweep.grid: {key} must be a list of values, not {shown}"
        yield InputError(what, place=place, remedy=f"write {key}: [{shown}]")


def _same_word(key: str) -> str | None:
    """The shortest key that ends in the same word, for one that is written without what stands above it."""
    alike = [known for known in SWEPT if known.rsplit(".", 1)[-1] == key.rsplit(".", 1)[-1]]
    return min(alike, key=len, default=None)


def _below(key: str) -> str:
    return next((known for known in SWEPT if known.startswith(f"{key}.")), SWEPT[0])


def _value_faults(key: str, values: list[Any], document: Document) -> Iterator[InputError]:
    place = document.place(("sweep", "grid", key))
    if not values:
        yield InputError(f"sweep.grid: {key} has no values", place=place, remedy="list some, or remove the line")
    path, field = tuple(key.split(".")), KEYS[tuple(key.split("."))]
    form: Any = Annotated[field.annotation, field]
    kind: TypeAdapter[Any] = TypeAdapter(form)
    for number, value in enumerate(values):
        try:
            kind.validate_json(json.dumps(value), strict=True)
        except ValidationError as refused:
            errors = [{**error, "loc": (*path, *error["loc"])} for error in refused.errors()]
            for fault in schema_faults(errors, _with({}, path, value, document)):
                remedy = f"mend it or take it out; it takes {expected(field)}"
                yield InputError(f"sweep.grid: {fault.what}", place=place, remedy=remedy)
        if value in values[:number]:
            what = f"sweep.grid: {key} lists {json.dumps(value)} twice"
            yield InputError(what, place=place, remedy="keep one of the two")


def _arm_faults(grid: Mapping[str, Any], document: Document) -> Iterator[InputError]:
    """Keys of two arms at once, of an arm that is switched off, or that nothing in the recipe lets mean anything."""
    place = document.place(("sweep", "grid"))
    about = [arm for arm, start in ARMS.items() if any(key.startswith(start) for key in grid)]
    if len(about) > 1:
        what = "sweep.grid names keys of the tuned arm (train) and of arms.encoder"
        yield InputError(what, place=place, remedy="keep those of one, and sweep the other with a recipe of its own")
        return
    for switch in {"tuned": ("train", "arms.tuned"), "encoder": ("arms.encoder",)}[about[0]]:
        if document.get(*switch.split("."), "enabled") is False:
            what = f"sweep.grid is about an arm that {switch}.enabled switches off"
            yield InputError(what, place=place, remedy=f"remove the line of {switch}.enabled")
    for key in grid:
        if why := _idle(key, grid, document):
            remedy = f"remove {key} from the grid, or change that"
            yield InputError(f"sweep.grid: {key} {why}", place=document.place(("sweep", "grid", key)), remedy=remedy)


def _idle(key: str, grid: Mapping[str, Any], document: Document) -> str:
    """Why a key changes nothing in any combination; empty where it may."""
    above, lora, _ = key.partition(".lora.")
    if lora:
        method = (*above.split("."), "method")
        written = document.get(*method) or KEYS[method].default
        if set(grid.get(".".join(method), [written])) == {"full"}:
            return f"means nothing where {above}.method is full"
    above, replay, _ = key.partition(".replay.")
    if replay:
        sources = [f"{above}.replay.{name}" for name in ("file", "self_generated")]
        if not any(name in grid or document.get(*name.split(".")) for name in sources):
            return f"means nothing without {' or '.join(sources)}"
    return ""


def _combination_faults(grid: Mapping[str, list[Any]], document: Document, rules: Rules) -> list[InputError]:
    """Rules between keys that a combination breaks and the recipe as written does not; each is told once."""
    place = document.place(("sweep", "grid"))
    if (number := math.prod(map(len, grid.values()))) > _MOST:
        what = f"sweep.grid makes {number:,} combinations, {_MOST:,} is the most"
        return [InputError(what, place=place, remedy="try fewer values at a time")]
    known = {fault.what for fault in rules(document)}
    broken: dict[str, InputError] = {}
    for values in _product(grid):
        tried = document
        for key, value in values.items():
            tried = _with(tried.values, tuple(key.split(".")), value, document)
        for fault in rules(tried):
            if fault.what not in known:
                what = f"sweep.grid makes a combination that cannot be: {fault.what}"
                broken.setdefault(fault.what, InputError(what, place=place, remedy=fault.remedy))
    return list(broken.values())


def _with(values: Mapping[str, Any], path: KeyPath, value: Any, document: Document) -> Document:
    """A document with one value put in, its lines those of `document`."""
    copied: dict[str, Any] = json.loads(json.dumps(values))
    _put(copied, path, value)
    return Document(document.file, copied, document.lines)


def _put(settings: dict[str, Any], path: KeyPath, value: Any) -> None:
    *above, last = path
    for name in above:
        if not isinstance(settings.get(name), dict):
            settings[name] = {}
        settings = settings[name]
    settings[last] = value
