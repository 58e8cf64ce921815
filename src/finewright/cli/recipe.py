"""`finewright recipe`: write a first recipe, see what one resolves to, and the schema of all of it."""

import os
from pathlib import Path
from typing import Annotated

import typer

from finewright.base.errors import InputError, Place
from finewright.cli.terminal import emit_json, examples, say, show

app = typer.Typer(name="recipe", no_args_is_help=True, help="Write, explain or describe recipes.")


@app.command(epilog=examples("finewright recipe schema > recipe.schema.json"))
def schema() -> None:
    """Print the JSON Schema of recipes, for editors that complete and check YAML."""
    from finewright.base.recipe_file import schema as recipe_schema

    emit_json(recipe_schema())


@app.command("show", epilog=examples("finewright recipe show recipe.yaml", "finewright recipe show recipe.yaml --json"))
def show_recipe(
    recipe: Annotated[Path, typer.Argument(help="The recipe: a YAML file that names your examples.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the values as one JSON document.")] = False,
) -> None:
    """Print every setting, the value it resolves to, and where that value comes from."""
    from finewright.base.recipe_file import read_recipe, resolved_rows

    resolved = read_recipe(recipe)
    for note in resolved.notes:
        say(note)
    rows = resolved_rows(resolved)
    if as_json:
        emit_json({key: {"value": value, "origin": origin} for key, value, origin in rows})
        return
    from finewright.cli.show_machine import settings_table

    show([settings_table(rows)])


@app.command(epilog=examples("finewright recipe init tickets.csv", "finewright recipe init tickets.csv --out my.yaml"))
def init(
    file: Annotated[Path, typer.Argument(help="Your file of labelled examples: CSV, JSONL, JSON or Parquet.")],
    out: Annotated[
        Path | None, typer.Option(help="Where to write the recipe; by default beside the file, named after it.")
    ] = None,
) -> None:
    """Look at a file of examples and write the short recipe that learns from it. Never overwrites."""
    from finewright.base.files import write_text
    from finewright.base.recipe import Data
    from finewright.base.recipe_file import starter
    from finewright.data.load import load

    target = out or file.with_suffix(".yaml")
    if target.exists():
        raise InputError("exists and is left as it is", place=Place(target), remedy="choose another name with --out")
    say(load(file, Data(train=file)).recognised.said)
    write_text(target, starter(os.path.relpath(file, target.parent)))
    say(f"Wrote {target}; say the task in its `instruction`, then: finewright data check {target}")
