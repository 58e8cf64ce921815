"""What a run cost and what calls cost: at the end of the run, or later at other prices. Runs no model."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from finewright.base.costs import Costs, Storage
from finewright.base.files import read_json
from finewright.base.recipe import Recipe
from finewright.base.recipe_cost import Cost
from finewright.base.recipe_endpoint import Endpoint
from finewright.base.recipe_file import read_section
from finewright.base.results import Results
from finewright.evaluate.cost.ways import costs
from finewright.flows.compare import finished, require_same_rows
from finewright.flows.folder import RunFolder
from finewright.model.hub import Base

_SECTION = "cost"


def with_cost(results: Results, recipe: Recipe, base: Base) -> Results:
    """The results with what they cost at the recipe's prices."""
    storage = _storage(results.training, recipe.train.quantise is not None)
    held = replace(
        storage,
        base_bytes=sum(path.stat().st_size for path in base.folder.iterdir() if path.is_file()),
        base_weights=base.parameters,
    )
    return replace(results, cost=costs([(results, held)], recipe.cost, _own(recipe.arms.endpoints)))


def cost(folders: Sequence[Path], prices: Path | None = None, calls: int | None = None) -> Costs:
    """The costs of a finished run, with the ways to tune of further runs beside it.

    Prices are those of the file, or of the first run's recipe; `calls` a month replace theirs. Raises InputError where
    a folder holds no finished run or the file no prices, or where runs were measured on other test rows.
    """
    settings = _settings(RunFolder(folders[0]))
    table = _prices(settings, prices)
    own = _own([Endpoint.model_validate(one) for one in settings.get("arms.endpoints", ())])
    runs = [finished(RunFolder(folder)) for folder in folders]
    for other, folder in zip(runs[1:], folders[1:], strict=True):
        require_same_rows(runs[0], other, folder)
    at = table if calls is None else table.model_copy(update={"calls_month": calls})
    return costs([(one, one.cost.storage if one.cost else _storage(one.training, False)) for one in runs], at, own)


def _settings(folder: RunFolder) -> dict[str, Any]:
    """Every setting of a finished run, those of its cost and endpoints among them."""
    finished(folder)
    return {row["key"]: row["value"] for row in read_json(folder.resolved)}


def _prices(settings: Mapping[str, Any], file: Path | None) -> Cost:
    if file is not None:
        read = read_section(file, _SECTION)
        assert isinstance(read, Cost)
        return read
    names = {name: key for name in Cost.model_fields if (key := f"{_SECTION}.{name}") in settings}
    return Cost.model_validate({name: settings[key] for name, key in names.items()})


def _own(endpoints: Sequence[Endpoint]) -> dict[str, tuple[float, float]]:
    """What endpoints take by the million tokens, where they say so themselves."""
    priced = (one for one in endpoints if one.price_in is not None or one.price_out is not None)
    return {one.arm: (one.price_in or 0.0, one.price_out or 0.0) for one in priced}


def _storage(training: Mapping[str, Any], quantised: bool) -> Storage:
    """What is known of what was trained."""
    size, weights = training.get("adapter_bytes"), training.get("trained_weights")
    return Storage(trained_bytes=size, trained_weights=weights, quantised=quantised)
