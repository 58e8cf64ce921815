"""`finewright show`: a finished run once more, as a whole or by a column of its data."""

from pathlib import Path
from typing import Annotated

import typer

from finewright.cli.terminal import emit_json, examples, say, show

EXAMPLES = examples(
    "finewright show runs/tickets-1a2b3c4d5e6f",
    "finewright show runs/tickets-1a2b3c4d5e6f --by country    the figures of each country",
    "finewright show runs/tickets-1a2b3c4d5e6f --by country --report    and in its report",
)


def show_run(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a finished run.")],
    by: Annotated[str | None, typer.Option(help="A column of the data file: figures by its values.")] = None,
    report: Annotated[
        bool,
        typer.Option("--report", help="Write the run's report anew, with what was found since; --by goes into it."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print them as one JSON document.")] = False,
) -> None:
    """Show what a run found: its arms and verdict, or with --by each arm's figures in slices of the test rows.

    Numbers of many values are cut into quarters. Slices of few rows are shown with their wide interval and are not
    compared; the p-values of the others are adjusted for how many they are. No model is asked anything.
    """
    if by is None:
        if report:
            _report(run)
        _whole(run, as_json)
        return
    from finewright.flows.slices import keep_slices, slices_of

    found = (keep_slices if report else slices_of)(run, by)
    if report:
        _report(run)
    if as_json:
        emit_json(found)
        return
    from finewright.cli.show_slices import slices_parts

    show(slices_parts(found))


def _report(run: Path) -> None:
    from finewright.flows.folder import RunFolder
    from finewright.flows.view import rewrite

    folder = RunFolder(run)
    rewrite(folder)
    say(f"Report written anew: {folder.report}")


def _whole(run: Path, as_json: bool) -> None:
    from finewright.cli.show import results_parts
    from finewright.flows.compare import finished
    from finewright.flows.folder import RunFolder

    results = finished(RunFolder(run))
    if as_json:
        emit_json(results)
    else:
        show(results_parts(results))
