"""`finewright export`: what a run left, in the forms that other programs read."""

from pathlib import Path
from typing import Annotated

import typer

from finewright.cli.terminal import emit_json, examples, say

app = typer.Typer(name="export", no_args_is_help=True, help="Write what a run left in forms that other programs read.")


@app.callback()
def export() -> None:
    """Write what a run left in forms that other programs read."""


@app.command(
    epilog=examples(
        "finewright export tensorboard runs/tickets-1a2b3c4d5e6f events",
        "finewright export tensorboard runs/tickets-sweep-1a2b3c4d5e6f events    every trial of a sweep",
    )
)
def tensorboard(
    run: Annotated[Path, typer.Argument(help="The folder of a run or of a sweep; it may still be going on.")],
    folder: Annotated[Path, typer.Argument(help="Where to write; what `tensorboard --logdir` is given.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print what was written as one JSON document.")] = False,
) -> None:
    """Write losses, learning rate and gradient norm by step as event files of TensorBoard.

    Made from metrics.jsonl, which stays as it is. The same command again replaces what it wrote.
    """
    from finewright.flows.tensorboard import export as export_flow

    written = export_flow(run, folder)
    if as_json:
        emit_json(written)
        return
    for one in written:
        print(one.file)
    say(f"{sum(one.points for one in written):,} points; look at them with: tensorboard --logdir {folder}")
