"""`finewright models`: which bases there are, which are stored here, and fetching them."""

from typing import Annotated

import typer

from finewright.cli.terminal import emit_json, examples, say, show

app = typer.Typer(name="models", no_args_is_help=True, help="List the base models, or fetch them.")


@app.command("list", epilog=examples("finewright models list", "finewright models list --json"))
def list_models(
    as_json: Annotated[bool, typer.Option("--json", help="Print the list as one JSON document.")] = False,
) -> None:
    """List the known bases: what each is, whether it is stored here, its size, digest and licence."""
    from finewright.model.hub import listing

    rows = listing()
    if as_json:
        emit_json(rows)
        return
    from finewright.cli.show_machine import models_table

    show([models_table(rows)])


@app.command(
    epilog=examples("finewright models pull smollm2-135m minilm-l6", "finewright models pull ./my-base-folder")
)
def pull(
    names: Annotated[list[str], typer.Argument(help="Names of `models list`, folders, or hub ids.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print what is stored as one JSON document.")] = False,
) -> None:
    """Fetch bases, verify them against their pinned digests and store them; after that no network is needed."""
    from finewright.model.hub import pull as pull_base

    bases = []
    for name in names:
        say(f"Fetching {name}")
        bases.append(pull_base(name))
        say(f"{name} is stored in {bases[-1].folder}")
    if as_json:
        emit_json(bases)
