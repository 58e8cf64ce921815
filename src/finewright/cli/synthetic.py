"""`finewright data synthetic`: rows like the training rows of a recipe that are of nobody."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from finewright.base.errors import InputError
from finewright.cli.terminal import emit_json, examples, say

EXAMPLES = examples(
    "finewright data synthetic recipe.yaml --out made",
    "finewright data synthetic recipe.yaml --out made --each 3 --by surrogate --near 0.8",
    "finewright data synthetic recipe.yaml --out made --by paraphrase --base smollm2-135m",
)


class By(StrEnum):
    """How rows are made."""

    surrogate = "surrogate"
    template = "template"
    paraphrase = "paraphrase"


def synthetic(
    recipe: Annotated[Path, typer.Argument(help="The recipe: its training rows are the ones to make rows from.")],
    out: Annotated[Path, typer.Option(help="New folder for the made-up rows and the report.")],
    by: Annotated[
        list[By] | None,
        typer.Option(
            help="surrogate: other identities; template: shared templates, filled anew; paraphrase: other words. May "
            "be given again; else the first two."
        ),
    ] = None,
    each: Annotated[int, typer.Option(min=1, max=100, help="Made-up rows of each way for a training row.")] = 1,
    least: Annotated[int, typer.Option(min=1, help="How many people's rows a template must be met in.")] = 3,
    near: Annotated[
        float | None,
        typer.Option(
            min=0.01, max=1, help="Similarity to any real input from which a row is dropped; else split.near."
        ),
    ] = None,
    base: Annotated[str | None, typer.Option(help="Base that paraphrases, on this machine.")] = None,
    endpoint: Annotated[str | None, typer.Option(help="One of the recipe's `arms.endpoints` that paraphrases.")] = None,
    scope: Annotated[
        Path | None, typer.Option(help="Folder with the key of identities; else one for this alone.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as one JSON document.")] = False,
) -> None:
    """Make rows like the training rows of a recipe that are of nobody: searched again, none near to a real one.

    Rows that the recipe holds out or refuses are never made from. Whoever paraphrases gets slots in the place of what
    was found. The same --scope makes the same rows again. Name the files that it writes in a recipe: the held-out parts
    are among them, so that what is measured on them stays what it was.
    """
    if (By.paraphrase in (by or ())) != (base is not None or endpoint is not None) or (base and endpoint):
        raise InputError("a paraphrase needs a base or an endpoint", remedy="give `--by paraphrase` and one of the two")
    from finewright.base.recipe_file import read_recipe

    resolved = read_recipe(recipe)  # a faulty recipe is told at once: what follows takes seconds to import
    from finewright.flows.privacy.paraphraser import paraphraser
    from finewright.flows.privacy.synthesis import WAYS, Wanted, synthesise

    ways = tuple(way for way in WAYS if way in (by or ("surrogate", "template")))
    asked = None if base is None and endpoint is None else paraphraser(resolved.recipe, base, endpoint, say)
    done = synthesise(resolved, out, Wanted(ways, each, least, near), scope=scope, completer=asked)
    if as_json:
        emit_json(done)
        return
    for count in done.counts:
        lost = "".join(f", {number:,} dropped: {reason}" for reason, number in count.dropped.items())
        say(f"{count.way}: {count.made:,} of {count.asked:,} rows made{lost}")
    say("In the recipe, name the new files: " + ", ".join(f"{key}: {path}" for key, path in done.files.items()))
