"""`finewright doctor`: is this machine ready, and if not, what to do."""

from typing import Annotated

import typer

from finewright.cli.terminal import emit_json, examples, show

EXAMPLES = examples("finewright doctor", "finewright doctor --json")


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as one JSON document.")] = False,
) -> None:
    """Look at Python, libraries, memory, disk, stored bases and the GPU; exit code 1 where something must be mended."""
    from finewright.flows.doctor import examine

    findings = examine()
    if as_json:
        emit_json(findings)
    else:
        from finewright.cli.show_machine import doctor_table

        show([doctor_table(findings)])
    if any(finding.state == "fail" for finding in findings):
        raise typer.Exit(1)
