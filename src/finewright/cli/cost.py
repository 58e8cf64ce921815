"""`finewright cost`: what a finished run cost, and what calls cost with each of its arms."""

from pathlib import Path
from typing import Annotated

import typer

from finewright.cli.terminal import emit_json, examples, show

EXAMPLES = examples(
    "finewright cost runs/tickets-1a2b3c4d5e6f",
    "finewright cost runs/tickets-1a2b3c4d5e6f --prices prices.yaml --calls 250000",
    "finewright cost runs/lora-1a2b3c4d5e6f runs/full-6f5e4d3c2b1a    adapter and all weights side by side",
)


def cost(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Folders of finished runs on one test set.")],
    prices: Annotated[
        Path | None,
        typer.Option(help="YAML file with a section `cost`; without it the prices are those of the run's recipe."),
    ] = None,
    calls: Annotated[int | None, typer.Option(min=1, max=10**12, help="Calls a month, instead of the prices'.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the costs as one JSON document.")] = False,
) -> None:
    """Say what a run cost, what calls cost with each arm, and after how many calls tuning is paid back.

    From the seconds and tokens that the run measured and a table of prices. Nothing is computed anew or written.
    """
    from finewright.flows.cost import cost as cost_flow

    found = cost_flow(runs, prices, calls)
    if as_json:
        emit_json(found)
        return
    from finewright.cli.show_cost import cost_parts

    show(cost_parts(found))
