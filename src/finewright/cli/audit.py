"""`finewright audit`: attack an adapter before it is shipped."""

from pathlib import Path
from typing import Annotated

import typer

from finewright.cli.terminal import emit_json, examples, say, show

EXAMPLES = examples(
    "finewright audit runs/tickets-1a2b3c4d5e6f",
    "finewright audit runs/tickets-1a2b3c4d5e6f --only redteam",
    "finewright audit runs/tickets-1a2b3c4d5e6f --garak garak.report.jsonl",
)


def audit(
    adapter: Annotated[Path, typer.Argument(metavar="ADAPTER", help="An adapter, or the run folder that holds it.")],
    only: Annotated[list[str] | None, typer.Option(help="This kind of attack alone; may be given again.")] = None,
    garak: Annotated[
        Path | None, typer.Option(metavar="REPORT", help="A report of garak (JSON lines) to show beside the red team.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the reports as one JSON document.")] = False,
) -> None:
    """Attack what was trained: what it keeps of its rows, who was in them, and what it says to those who misuse it.

    Reports are written to the folder `audit` of the run. An attack whose report is there and still holds is not
    carried out again.
    """
    from finewright.flows.audit.audit import audit as audit_flow

    found = audit_flow(adapter, only=only or (), garak=garak, say=say)
    if as_json:
        emit_json(found)
        return
    from finewright.cli.show_audit import audit_parts

    show(audit_parts(found))
