"""`finewright data`: look at examples before anything is trained on them, or make some to try with."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from finewright.base.errors import DataError, InputError, Place
from finewright.cli.plant import EXAMPLES as PLANT_EXAMPLES
from finewright.cli.plant import plant
from finewright.cli.synthetic import EXAMPLES as SYNTHETIC_EXAMPLES
from finewright.cli.synthetic import synthetic
from finewright.cli.terminal import coloured, emit_json, examples, output, say, show

if TYPE_CHECKING:
    from finewright.flows.check import CheckReport

app = typer.Typer(name="data", no_args_is_help=True, help="Check a file of examples, or write a demo corpus.")
app.command("synthetic", epilog=SYNTHETIC_EXAMPLES)(synthetic)
app.command("plant", epilog=PLANT_EXAMPLES)(plant)


@app.command(epilog=examples("finewright data check tickets.csv", "finewright data check recipe.yaml --json"))
def check(
    file: Annotated[Path, typer.Argument(metavar="RECIPE_OR_FILE", help="A recipe (.yaml), or a data file itself.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as one JSON document.")] = False,
) -> None:
    """Report what is in the examples, which rows cannot be used and why, and what the model will see.

    Nothing is written. Exit code 2 where `run` would stop because of the rows.
    """
    from finewright.flows.check import check as check_flow

    found = check_flow(file)
    if as_json:
        # The rows over the limit stand in `too_long`, by place; `lengths` would repeat them with all their text.
        emit_json(replace(found, lengths=found.lengths and replace(found.lengths, over=[])))
    else:
        from finewright.cli.show_check import check_parts

        show(check_parts(found, colour=coloured(output())))
    _stop_where_run_would(found)


@app.command(
    epilog=examples(
        "finewright data demo demo",
        "finewright data demo demo --rows 300 --seed 7",
        "finewright data demo letters --personal    with invented personal data, to see what becomes of them",
    )
)
def demo(
    folder: Annotated[Path, typer.Argument(help="Folder to write into; made where it is missing.")],
    rows: Annotated[int, typer.Option(min=40, help="How many examples to make.")] = 440,
    seed: Annotated[int, typer.Option(min=0, help="Another seed makes another corpus.")] = 0,
    personal: Annotated[
        bool, typer.Option("--personal", help="As e-mails with invented names, addresses and account numbers in them.")
    ] = False,
) -> None:
    """Write an example corpus of short-payment e-mails and remarks, and the recipe that learns from it."""
    from finewright.data.deductions import recipe_text, write_corpus, write_personal_corpus, write_recipe

    recipe = folder / "recipe.yaml"
    if recipe.exists() and recipe.read_text(encoding="utf-8") != recipe_text(seed, personal=personal):
        raise InputError("is another recipe and is left as it is", place=Place(recipe), remedy="choose another folder")
    corpus = (write_personal_corpus if personal else write_corpus)(folder, rows, seed)
    write_recipe(folder, seed, personal=personal)
    say(f"Wrote {rows} examples to {corpus}; next: finewright run {recipe}")


def _stop_where_run_would(found: "CheckReport") -> None:
    refused = sum(len(file.refused) for file in found.files)
    if refused and found.on_bad == "stop":
        raise DataError(
            f"{refused} row(s) cannot be used, so `finewright run` would stop here",
            remedy="mend the rows listed above, or set data.on_bad: skip in the recipe",
        )
    if found.too_long and found.when_too_long == "stop":
        raise DataError(
            f"{len(found.too_long)} example(s) exceed {found.limit} tokens, so `finewright run` would stop here",
            remedy="shorten them, or set data.too_long: truncate or drop in the recipe",
        )
