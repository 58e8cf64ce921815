"""`finewright approve`: a person's name put to an adapter that the gate lets pass."""

from pathlib import Path
from typing import Annotated

import typer

from finewright.cli.gate import At, Policy, day
from finewright.cli.terminal import emit_json, examples, say, show

EXAMPLES = examples(
    "finewright approve runs/tickets-1a2b3c4d5e6f --as 'Ann Lee' --policy release",
    "finewright approve runs/tickets-1a2b3c4d5e6f --as 'Ann Lee' --note 'For the pilot of the claims desk only'",
)


def approve(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a finished run, or its adapter.")],
    name: Annotated[
        str, typer.Option("--as", metavar="NAME", help="Who approves; refused where that is who trained it.")
    ],
    note: Annotated[str, typer.Option(metavar="TEXT", help="What is to be kept with the approval.")] = "",
    policy: Policy = None,
    at: At = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the approval as one JSON document.")] = False,
) -> None:
    """Put your name to an adapter: bound to it, to all evidence on it and to the policy, and void when any changes.

    Refused where the gate fails for another reason than lacking approvals.
    """
    from finewright.cli.show_gate import gate_parts
    from finewright.flows.audit.approve import approve as approve_flow

    done = approve_flow(run, name, note=note, policy=policy, at=day(at))
    if not done.gated.dossier.trainers:
        say("The run does not say who trained it, so nobody can be refused: `finewright run RECIPE --as NAME` tells it")
    if as_json:
        emit_json(done.approval)
        return
    show(gate_parts(done.gated.decision, done.path, "Approval"))
