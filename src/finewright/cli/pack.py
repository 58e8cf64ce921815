"""`finewright pack`: everything on one adapter, as one folder for who must answer for it."""

from pathlib import Path
from typing import Annotated

import typer

from finewright.cli.gate import At, Policy, day
from finewright.cli.terminal import emit_json, examples, say

EXAMPLES = examples(
    "finewright pack runs/tickets-1a2b3c4d5e6f --out tickets-pack",
    "finewright pack runs/tickets-1a2b3c4d5e6f --out tickets-gdpr --policy gdpr",
)


def pack(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a finished run, or its adapter.")],
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Where to write the pack; a new folder.")],
    policy: Policy = None,
    at: At = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was written as one JSON document.")] = False,
) -> None:
    """Write the audit pack: a page for a risk officer, cards of model and data, reports, decision, bill of materials.

    The gate is asked first, and its answer is in the pack, whatever it is. The page works offline.
    """
    from finewright.flows.audit.pack import pack as pack_flow

    done = pack_flow(run, out, policy=policy, at=day(at))
    if as_json:
        emit_json(done)
        return
    print(done.folder / "index.html")
    say(f"{done.decision.outcome.capitalize()}: {done.decision.sentence} {len(done.files)} files.")
