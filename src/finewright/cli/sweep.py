"""`finewright sweep`: which settings do best, tried on the validation rows."""

from pathlib import Path
from typing import Annotated

import typer

from finewright.cli.terminal import emit_json, examples, say, show

EXAMPLES = examples(
    "finewright sweep recipe.yaml",
    "finewright sweep recipe.yaml --json > sweep.json",
    "finewright run runs/tickets-sweep-1a2b3c4d5e6f/best.yaml    the best of them, measured on the test rows",
)


def sweep(
    recipe: Annotated[Path, typer.Argument(help="The recipe; its section `sweep` says what to try.")],
    allow_drift: Annotated[
        bool,
        typer.Option("--allow-drift", help="Resume under other library versions or thread counts than it began with."),
    ] = False,
    trainer: Annotated[
        str | None,
        typer.Option("--as", metavar="NAME", help="Who trains: kept with every trial, and refused as its reviewer."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the sweep as one JSON document.")] = False,
) -> None:
    """Try every combination of the settings in `sweep.grid` with several seeds, and rank them on the validation rows.

    The test rows are looked at by none of them. The same command again goes on where it was stopped, and trains only
    what was added to the grid.
    """
    from finewright.base.recipe_file import read_recipe

    read_recipe(recipe)  # A faulty recipe is told at once: what follows takes seconds to import.
    from finewright.flows.sweep import sweep as sweep_flow

    outcome = sweep_flow(recipe, allow_drift=allow_drift, trainer=trainer, say=say)
    if as_json:
        files = {name: outcome.folder / name for name in ("sweep.html", "best.yaml")}
        emit_json({"state": outcome.state, "folder": outcome.folder, "sweep": outcome.sweep, **files})
        return
    from finewright.cli.show_sweep import sweep_parts

    show(sweep_parts(outcome))
