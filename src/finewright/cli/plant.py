"""`finewright data plant`: made-up secrets into a copy of a data file, to see whether scrubbing removes them."""

from pathlib import Path
from typing import Annotated

import typer

from finewright.cli.terminal import examples, say

EXAMPLES = examples(
    "finewright data plant letters.csv --out planted.csv --secrets secrets.jsonl",
    "finewright data plant letters.csv --out planted.csv --secrets secrets.jsonl --rows 12 --repeat 8",
)


def plant(
    file: Annotated[Path, typer.Argument(help="A data file: CSV or JSON lines.")],
    out: Annotated[Path, typer.Option(help="New file: the copy with the secrets in it.")],
    secrets: Annotated[Path, typer.Option(help="New file for the list of what was planted, readable by you alone.")],
    rows: Annotated[int, typer.Option(min=1, help="How many secrets to plant, each into rows of its own.")] = 10,
    repeat: Annotated[int, typer.Option(min=1, help="Into how many rows each secret is planted.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="Another seed makes other secrets.")] = 0,
) -> None:
    """Plant made-up account, card and telephone numbers into a copy of a data file, and list them.

    Name the copy in a recipe's `data`, and the list in its `audit.secrets`: the audit then tells whether scrubbing
    removed them, and whether what was trained says them.
    """
    from finewright.flows.audit.plant import lines_of
    from finewright.flows.audit.plant import plant as plant_flow

    for line in lines_of(plant_flow(file, out, secrets, secrets=rows, repeat=repeat, seed=seed)):
        say(line)
    say(f"Wrote {out} and, for you alone, {secrets}")
    say(f"In the recipe, name both: data.train: {out}, audit.secrets: {secrets}")
