"""`finewright compare`: two finished runs beside each other."""

from pathlib import Path
from typing import Annotated

import typer

from finewright.cli.terminal import emit_json, examples, show

EXAMPLES = examples(
    "finewright compare runs/tickets-1a2b3c4d5e6f runs/tickets-6f5e4d3c2b1a",
    "finewright compare runs/tickets-1a2b3c4d5e6f runs/tickets-6f5e4d3c2b1a --json",
)


def compare(
    first: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a finished run.")],
    second: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of another one, on the same test rows.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the comparison as one JSON document.")] = False,
) -> None:
    """Compare two runs on the test rows that both answered: each arm, the settings that differ, time and size.

    Exit code 2 where their test rows are not the same. Nothing is computed anew.
    """
    from finewright.flows.compare import compare as compare_flow

    found = compare_flow(first, second)
    if as_json:
        emit_json(found)
        return
    from finewright.cli.show_compare import comparison_parts

    show(comparison_parts(found))
