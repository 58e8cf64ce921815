"""`finewright gate`: whether an adapter may be shipped, by a policy and the files of its run."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from finewright.base.errors import InputError, VerdictRefused
from finewright.cli.terminal import emit_json, examples, show

EXAMPLES = examples(
    "finewright gate runs/tickets-1a2b3c4d5e6f",
    "finewright gate runs/tickets-1a2b3c4d5e6f --policy release --require pass    exit code 3 unless it passes",
    "finewright gate runs/tickets-1a2b3c4d5e6f --policy ours.yaml --at 2026-03-31    what it said on that day",
)

Policy = Annotated[
    str | None,
    typer.Option(
        metavar="POLICY",
        help="A policy file, or one of default, release, model-risk, eu-ai-act, gdpr; else the recipe's.",
    ),
]
At = Annotated[
    str | None, typer.Option(metavar="DATE", help="The day that the age of evidence is counted to, UTC; else today.")
]


def day(at: str | None) -> date | None:
    """The day that was typed, None where none was. Raises InputError where it is none."""
    if at is None:
        return None
    try:
        return datetime.strptime(at.strip(), "%Y-%m-%d").date()
    except ValueError:
        raise InputError(f"{at!r} is no day", remedy="give --at a date such as 2026-03-31") from None


def gate(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a finished run, or its adapter.")],
    policy: Policy = None,
    at: At = None,
    require: Annotated[
        Literal["pass"] | None, typer.Option(help="Leave with exit code 3 unless the answer is this one.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the decision as one JSON document.")] = False,
) -> None:
    """Hold what a run measured and what attacks found against a policy: pass, fail or inconclusive, with reasons.

    Reads files alone, and writes its decision to audit/gate.json in the run's folder. The same files, policy and day
    give the same decision. A report that is missing fails by its name, and one that was edited is refused.
    """
    from finewright.audit.policy_file import read_policy

    asked = day(at)
    if policy is not None:
        read_policy(policy)  # A faulty policy is told at once: what follows takes seconds to import.
    from finewright.cli.show_gate import gate_parts
    from finewright.flows.audit.gate import gate as gate_flow

    gated = gate_flow(run, policy=policy, at=asked)
    if as_json:
        emit_json(gated.decision)
    else:
        show(gate_parts(gated.decision, gated.path))
    if require and gated.decision.outcome != require:
        raise VerdictRefused(f"the gate says '{gated.decision.outcome}' and '{require}' was required")
