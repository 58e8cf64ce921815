"""`finewright run`: the whole way, from a recipe to a verdict."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from finewright.base.errors import VerdictRefused
from finewright.cli.terminal import emit_json, examples, say, show

if TYPE_CHECKING:
    from finewright.flows.run import RunOutcome

EXAMPLES = examples(
    "finewright run recipe.yaml",
    "finewright run recipe.yaml --require better    exit code 3 unless the tuned model wins",
    "finewright run recipe.yaml --json > result.json",
    "finewright run recipe.yaml --export-refused refused    rows that may not be learned, for a retrieval corpus",
)


def run(
    recipe: Annotated[Path, typer.Argument(help="The recipe: a YAML file that names your examples.")],
    require: Annotated[
        Literal["better"] | None,
        typer.Option(help="Leave with exit code 3 unless the verdict is this one."),
    ] = None,
    allow_drift: Annotated[
        bool,
        typer.Option("--allow-drift", help="Resume under other library versions or thread counts than it began with."),
    ] = False,
    trainer: Annotated[
        str | None,
        typer.Option("--as", metavar="NAME", help="Who trains: kept with the run, and refused as its reviewer."),
    ] = None,
    refused: Annotated[
        Path | None,
        typer.Option("--export-refused", metavar="FOLDER", help="Write rows in quarantine as documents for a corpus."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the results as one JSON document.")] = False,
) -> None:
    """Check, split, measure the baselines, fine-tune, compare, and report.

    Everything made is in one run folder named by recipe and data. The same command again resumes a run that was
    stopped, or shows the result of one that is done.
    """
    from finewright.base.recipe_file import read_recipe

    read_recipe(recipe)  # A faulty recipe is told at once: what follows takes seconds to import.
    from finewright.flows.run import run as run_flow

    outcome = run_flow(recipe, allow_drift=allow_drift, trainer=trainer, say=say)
    if refused is not None:
        _export(outcome.folder, refused)
    if as_json:
        emit_json(_document(outcome))
    else:
        from finewright.cli.show import outcome_parts

        show(outcome_parts(outcome))
    if require and outcome.results.verdict.outcome != require:
        raise VerdictRefused(
            f"the verdict is '{outcome.results.verdict.outcome}' and '{require}' was required",
            remedy="the report says what would change it",
        )


def _export(run_folder: Path, folder: Path) -> None:
    from finewright.flows.privacy.refused import READERS, export_refused

    done = export_refused(run_folder, folder)
    if done.kept_back:
        say(f"Stay in quarantine, since they belong nowhere: {done.kept_back:,} rows")
    if done.file is None:
        say("No row was refused that belongs in a corpus")
        return
    who = f" --column {READERS}" if done.entitled else ""
    say(f"Wrote {done.rows:,} refused rows to {done.file}; next: finewright corpus add INDEX {done.file}{who}")
    if not done.entitled:
        say(
            "They come without entitlements, so that everybody may read them there: name the column in the recipe's "
            "`privacy.policy.entitlements`, or give `corpus add` rules"
        )


def _document(outcome: "RunOutcome") -> dict[str, Any]:
    return {
        "state": outcome.state,
        "folder": outcome.folder,
        "report": outcome.folder / "report.html",
        **{name: path if (path := outcome.folder / name).is_dir() else None for name in ("adapter", "model")},
        "results": outcome.results,
        "gate": outcome.decision,
        "examples": outcome.examples,
    }
