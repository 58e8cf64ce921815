"""`finewright merge`: an adapter and its base as one model folder."""

from pathlib import Path
from typing import Annotated

import typer

from finewright.cli.terminal import emit_json, examples, say

EXAMPLES = examples(
    "finewright merge runs/tickets-1a2b3c4d5e6f models/tickets",
    "finewright merge runs/tickets-1a2b3c4d5e6f/adapter models/tickets --json",
)


def merge(
    adapter: Annotated[Path, typer.Argument(help="A run folder, or the adapter folder inside one.")],
    folder: Annotated[Path, typer.Argument(help="Where to write the model; a new folder.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print what was written as one JSON document.")] = False,
) -> None:
    """Merge an adapter into its base and write the result as a model folder of its own.

    Before the folder appears it is loaded again and held against base and adapter on rows of the run. It can be the
    `base` of a recipe, and any program that reads transformers models can load it.
    """
    from finewright.flows.merge import merge as merge_flow

    done = merge_flow(adapter, folder, say)
    if as_json:
        emit_json(done)
        return
    say(
        f"Wrote {done.folder}; over {done.tokens:,} tokens it answers as base and adapter do, within "
        f"{done.apart:.1g} nats a token"
    )
