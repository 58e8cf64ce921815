"""`finewright review`: people compare two arms' answers, from files and without knowing whose they are."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from finewright.cli.terminal import emit_json, examples, printable, say, show

if TYPE_CHECKING:
    from finewright.flows.review.receive import Reviewed

_NOBODY = "The run does not say who trained it, so nobody can be refused: `finewright run RECIPE --as NAME` tells it"

app = typer.Typer(
    name="review",
    no_args_is_help=True,
    help="Let people compare two arms' answers without knowing whose they are.",
)


@app.callback()
def review() -> None:
    """Let people compare two arms' answers without knowing whose they are."""


@app.command(
    epilog=examples(
        "finewright review export runs/letters-1a2b3c4d5e6f --arms tuned few_shot --out sheets",
        'finewright review export runs/letters-1a2b3c4d5e6f --arms tuned few_shot --raters "Ann, Ben" --items 100 '
        "--out sheets",
    )
)
def export(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a finished run.")],
    arms: Annotated[
        tuple[str, str], typer.Option(metavar="ARM ARM", help="Two arms of it, whose answers are compared.")
    ],
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Where to write the sheets; a new folder.")],
    third: Annotated[
        list[str] | None,
        typer.Option("--also", metavar="ARM", help="A further arm, compared with each other one; repeat for more."),
    ] = None,
    items: Annotated[int, typer.Option(min=1, help="Most items for each pair of arms.")] = 50,
    raters: Annotated[
        str, typer.Option(metavar="NAMES", help="Who will rate, separated by commas: each gets a sheet of their own.")
    ] = "Rater 1",
    as_json: Annotated[bool, typer.Option("--json", help="Print what was written as one JSON document.")] = False,
) -> None:
    """Write blinded sheets: for each rater a page that works offline, and the same as CSV for a spreadsheet.

    Order and sides are drawn anew for each rater. Which arm stood where is kept in the run's folder, sealed by digests:
    hand out the sheets alone.
    """
    from itertools import combinations

    from finewright.flows.review.export import export as export_flow

    pairs = list(combinations([*arms, *(third or [])], 2))
    done = export_flow(run, pairs, out, items=items, raters=[" ".join(name.split()) for name in raters.split(",")])
    if as_json:
        emit_json(done)
        return
    for folder in done.raters.values():
        print(folder)
    if not done.trainers:
        say(_NOBODY)
    same = f"; {done.same:,} rows were passed over, as both arms gave the same answer" if done.same else ""
    say(f"{done.items:,} items for each of {len(done.raters)}{same}. The seal stays with the run: {done.seal}")


@app.command(
    name="import",
    epilog=examples(
        "finewright review import runs/letters-1a2b3c4d5e6f ann.csv ben.csv --as 'Carla Ruiz'",
        "finewright review import runs/letters-1a2b3c4d5e6f ann.csv --as Ann --allow-missing --json",
    ),
)
def import_(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The run that the sheets were exported from.")],
    sheets: Annotated[list[Path], typer.Argument(metavar="SHEETS...", help="The filled-in CSV files, one a rater.")],
    name: Annotated[
        str, typer.Option("--as", metavar="NAME", help="Who hands them in; refused where that is who trained the run.")
    ],
    allow_missing: Annotated[
        bool, typer.Option("--allow-missing", help="Take sheets in which items have no answer yet.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as one JSON document.")] = False,
) -> None:
    """Check filled-in sheets, unblind them, and say which arm people prefer, how far they agree, and what sways them.

    The result goes into the run's folder with digests, and beside it the labels that `finewright judge --human` reads.
    """
    from finewright.flows.review.receive import receive

    done = receive(run, sheets, name, allow_missing=allow_missing)
    if as_json:
        emit_json(
            {
                "file": done.path,
                "labels": list(done.labels.values()),
                "trained_by": done.trainers,
                "said": done.sentences,
                "findings": done.findings,
            }
        )
        return
    _show(done)


def _show(done: "Reviewed") -> None:
    from rich.text import Text

    for number, said in enumerate(done.sentences):
        show([Text(printable(f"\n{said}"), style="bold" if number < len(done.findings.pairs) else "")])
    show([Text.assemble("\n", ("Review   ", "bold"), str(done.path), no_wrap=True)])
    show(Text.assemble(("Labels   ", "bold"), str(path), no_wrap=True) for path in done.labels.values())
    show([Text.assemble(("Report   ", "bold"), str(done.report), no_wrap=True)])
    if not done.trainers:
        say(_NOBODY)
