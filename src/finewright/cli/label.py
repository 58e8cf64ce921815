"""`finewright label`: what more labels would bring, which are likely wrong, and which to set next."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from finewright.cli.terminal import emit_json, examples, say, show

app = typer.Typer(
    name="label", no_args_is_help=True, help="What more labels would bring, which are wrong, which to set next."
)

Recipe = Annotated[Path, typer.Argument(help="The recipe: a YAML file that names your examples.")]
By = Annotated[
    Literal["auto", "tfidf", "frozen"],
    typer.Option(help="Which classifier of the recipe is asked; auto: frozen embeddings where their base is stored."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as one JSON document.")]


@app.command(epilog=examples("finewright label curve recipe.yaml", "finewright label curve recipe.yaml --by tfidf"))
def curve(
    recipe: Recipe,
    by: By = "auto",
    seeds: Annotated[int, typer.Option(min=2, max=50, help="How often rows are held out and learned anew.")] = 5,
    as_json: AsJson = False,
) -> None:
    """Measure accuracy by number of training rows, and tell how many more rows buy one point.

    Held-out rows come from the training part; the test rows are not looked at. Nothing is written.
    """
    _check(recipe)
    from finewright.flows.label.curve import label_curve

    found = label_curve(recipe, by=by, seeds=seeds)
    if as_json:
        emit_json(found)
        return
    from finewright.cli.show_label import curve_parts

    show(curve_parts(found))


@app.command(
    epilog=examples(
        "finewright label errors recipe.yaml",
        "finewright label errors recipe.yaml --out doubtful    all of them as a table, the first 100 as a page",
    )
)
def errors(
    recipe: Recipe,
    out: Annotated[
        Path | None, typer.Option(help="New folder for the table of all suspects and a page to settle them.")
    ] = None,
    rows: Annotated[int, typer.Option(min=1, help="How many rows the page asks about.")] = 100,
    by: By = "auto",
    as_json: AsJson = False,
) -> None:
    """List rows of the training part whose label is likely wrong, the likeliest error first.

    Each row is judged by a classifier that saw neither it nor its group. A suspect is a question, not an error.
    """
    _check(recipe)
    from finewright.flows.label.errors import LIST, label_errors

    found = label_errors(recipe, by=by, out=out, rows=rows)
    if as_json:
        emit_json(found)
    else:
        from finewright.cli.show_label import errors_parts

        show(errors_parts(found))
    if out and found.found.suspects:
        say(f"Wrote all suspects to {out / LIST}, and a page to settle the first ones: open {out / 'page.html'}")
        say(f"Then: finewright label import {out} ANSWERS --out FOLDER")


@app.command(epilog=examples("finewright label queue recipe.yaml unlabelled.txt --out queue --rows 50"))
def queue(
    recipe: Recipe,
    pool: Annotated[Path, typer.Argument(help="Unlabelled texts: .txt with one a line, CSV, JSONL, JSON or Parquet.")],
    out: Annotated[Path, typer.Option(help="New folder for the page and the table.")],
    rows: Annotated[int, typer.Option(min=1, help="How many rows to choose.")] = 50,
    doubt: Annotated[
        Literal["margin", "entropy"],
        typer.Option(help="Unsure between the two likeliest labels (margin), or among all (entropy)."),
    ] = "margin",
    by: By = "auto",
    as_json: AsJson = False,
) -> None:
    """Choose the unlabelled rows that the classifier is least sure of, no two of them nearly the same.

    Leaves an offline page and a table for spreadsheets; `finewright label import` reads either back.
    """
    _check(recipe)
    from finewright.flows.label.queue import label_queue

    found = label_queue(recipe, pool, out, rows=rows, by=by, doubt=doubt)
    if as_json:
        emit_json(found)
        return
    known = f" ({found.known:,} are near a labelled row, or of a held-out group)" if found.known else ""
    say(f"Chose {len(found.rows):,} of {found.pool:,} texts{known}, by the {found.classifier}")
    say(f"Open {out / 'page.html'}, or fill in {out / 'sheet.csv'}")
    say(f"Then: finewright label import {out} ANSWERS --out FOLDER")


@app.command("import", epilog=examples("finewright label import queue ~/Downloads/tickets-queue.csv --out data/next"))
def import_(
    folder: Annotated[Path, typer.Argument(help="What `--out` of queue or errors named.")],
    answers: Annotated[Path, typer.Argument(help="The CSV file that the page saved, or the filled-in table.")],
    out: Annotated[Path, typer.Option(help="New folder for the data files.")],
    as_json: AsJson = False,
) -> None:
    """Turn the answers into data files that the recipe can name: new rows, or corrected labels.

    New rows go to the training part alone. Validation and test rows that the recipe splits off are written as files
    too, so that what is measured on stays what it was.
    """
    from finewright.flows.label.adopt import label_import

    done = label_import(folder, answers, out)
    if as_json:
        emit_json(done)
        return
    from finewright.cli.show_label import adopted_parts

    show(adopted_parts(done))


def _check(recipe: Path) -> None:
    """A faulty recipe is told at once: what follows takes seconds to import."""
    from finewright.base.recipe_file import read_recipe

    read_recipe(recipe)
