"""`finewright estimate`: memory, minutes and disk of a run before anything starts."""

from pathlib import Path
from typing import Annotated

import typer

from finewright.cli.terminal import emit_json, examples, show

EXAMPLES = examples("finewright estimate recipe.yaml", "finewright estimate recipe.yaml --json")


def estimate(
    recipe: Annotated[Path, typer.Argument(help="The recipe: a YAML file that names your examples.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the estimate as one JSON document.")] = False,
) -> None:
    """Say what a run will need on this machine, from your examples' lengths and a second of measuring.

    Exit code 2 where it cannot fit; the message names the setting to lower.
    """
    from finewright.flows.estimate import estimate as estimate_flow
    from finewright.flows.estimate import refuse

    needed = estimate_flow(recipe)
    if as_json:
        emit_json(needed)
    else:
        from finewright.cli.show_machine import estimate_parts

        show(estimate_parts(needed))
    refuse(needed)
