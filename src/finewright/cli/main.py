"""The `finewright` command: which subcommands there are, and the one place where their faults become exit codes.

    0 done      2 your input is at fault      3 the verdict says no where you asked      1 anything else

Imports nothing heavy: each command imports what it needs when it runs, so that help is there at once.
"""

import sys
from typing import Annotated

import typer

from finewright import __version__
from finewright.cli import (
    advise,
    approve,
    audit,
    chat,
    compare,
    corpus,
    cost,
    data,
    doctor,
    estimate,
    export,
    faults,
    gate,
    judge,
    label,
    merge,
    models,
    pack,
    predict,
    recipe,
    review,
    run,
    scrub,
    slices,
    subjects,
    sweep,
)
from finewright.cli.terminal import examples

# What typer makes of Ctrl-C before we see it.
_STOPPED = 130

app = typer.Typer(
    name="finewright",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=examples(
        "finewright data demo demo          write an example corpus and recipe to the folder demo",
        "finewright run demo/recipe.yaml    tune, measure against prompting and classifiers, report",
        "finewright recipe init mine.csv    write a recipe for your own labelled file",
    ),
)
app.command("run", epilog=run.EXAMPLES)(run.run)
app.command("sweep", epilog=sweep.EXAMPLES)(sweep.sweep)
app.command("compare", epilog=compare.EXAMPLES)(compare.compare)
app.command("show", epilog=slices.EXAMPLES)(slices.show_run)
app.command("judge", epilog=judge.EXAMPLES)(judge.judge)
app.command("cost", epilog=cost.EXAMPLES)(cost.cost)
app.command("predict", epilog=predict.EXAMPLES)(predict.predict)
app.command("chat", epilog=chat.EXAMPLES)(chat.chat)
app.command("audit", epilog=audit.EXAMPLES)(audit.audit)
app.command("gate", epilog=gate.EXAMPLES)(gate.gate)
app.command("approve", epilog=approve.EXAMPLES)(approve.approve)
app.command("pack", epilog=pack.EXAMPLES)(pack.pack)
app.command("merge", epilog=merge.EXAMPLES)(merge.merge)
app.command("advise", epilog=advise.EXAMPLES)(advise.advise)
app.command("estimate", epilog=estimate.EXAMPLES)(estimate.estimate)
app.command("doctor", epilog=doctor.EXAMPLES)(doctor.doctor)
app.add_typer(data.app, name="data")
app.add_typer(label.app, name="label")
app.add_typer(corpus.app, name="corpus")
app.add_typer(models.app, name="models")
app.add_typer(export.app, name="export")
app.add_typer(recipe.app, name="recipe")
app.add_typer(review.app, name="review")
app.add_typer(scrub.app, name="scrub")
app.add_typer(subjects.app, name="subjects")


def _version(wanted: bool) -> None:
    if wanted:
        print(f"finewright {__version__}")
        raise typer.Exit


@app.callback()
def finewright(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """From a file of labelled examples to a fine-tuned adapter that is measured to be better, or an honest no.

    A recipe (one YAML file) names your examples. `run` checks and splits them, fine-tunes a small model, compares it
    with prompting and plain classifiers on rows none of them saw, and leaves a report and an adapter.
    """


def main() -> None:
    """Run the command line; always leaves by SystemExit with one of the codes above."""
    try:
        app()
    except SystemExit as leaving:
        sys.exit(faults.report(KeyboardInterrupt()) if leaving.code == _STOPPED else leaving.code)
    except Exception as fault:
        sys.exit(faults.report(fault))
