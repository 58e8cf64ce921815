"""`finewright judge`: a model as the judge of two arms of a finished run."""

from pathlib import Path
from typing import Annotated

import typer

from finewright.cli.terminal import emit_json, examples, say, show

EXAMPLES = examples(
    "finewright judge runs/letters-1a2b3c4d5e6f --arms tuned few_shot",
    "finewright judge runs/letters-1a2b3c4d5e6f --arms tuned few_shot --human labels.csv",
    "finewright judge runs/letters-1a2b3c4d5e6f --arms tuned few_shot --base smollm2-360m --json",
)


def judge(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a finished run.")],
    arms: Annotated[
        tuple[str, str], typer.Option(metavar="ARM ARM", help="Two arms of it; the first is held against the second.")
    ],
    base: Annotated[
        str | None, typer.Option(help="Base that judges, in place of the one that `evaluate.judge` names.")
    ] = None,
    human: Annotated[
        Path | None,
        typer.Option(help="CSV or JSONL of people's labels: record, criterion, arm, level (criterion `preferred`)."),
    ] = None,
    recipe: Annotated[
        Path | None, typer.Option(help="Take `evaluate.judge` from this recipe, not from the run's own.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the judgement as one JSON document.")] = False,
) -> None:
    """Let a model judge the answers of two arms: by each criterion of the rubric, and side by side in both orders.

    Tells what sways the judge (place, length, style) and how far it agrees with people. It decides only where it
    agrees with people's labels well enough; otherwise it informs. The same command again goes on where it was stopped
    and asks nothing twice.
    """
    from finewright.flows.judge import judge as judge_flow

    outcome = judge_flow(run, arms, base=base, human=human, recipe=recipe, say=say)
    if as_json:
        from finewright.evaluate.judge.words import sentences

        emit_json({"file": outcome.path, "said": sentences(outcome.judgement), "judgement": outcome.judgement})
        return
    from finewright.cli.show_judge import judgement_parts

    show(judgement_parts(outcome))
