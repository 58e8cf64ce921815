"""A gate's decision as a person reads it. Pure: values in, rich renderables out."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from finewright.cli.terminal import printable

if TYPE_CHECKING:
    from finewright.audit.decision import Decision

_STYLES = {"pass": "green", "fail": "bold red", "inconclusive": "yellow", "not applicable": "dim"}


def gate_parts(decision: "Decision", path: Path, named: str = "Decision") -> Iterator[RenderableType]:
    """All that `finewright gate` prints, in order."""
    yield Text()
    yield _table(decision)
    yield from (
        Text.assemble("\n", (f"Refused ({printable(file)}): ", "bold red"), printable(why))
        for file, why in decision.refused.items()
    )
    yield from (
        Text.assemble("\n", (f"Void ({printable(file)}): ", "bold"), printable(why))
        for file, why in decision.void.items()
    )
    if decision.defences:
        yield Text("\nWhat makes a model keep less of its rows, to be tried and audited again:", style="bold")
        yield from (Text(f"  {one}") for one in decision.defences)
    if decision.planned is False:
        yield Text("\nThe policy is another than the one that stood before the attacks were made.", style="yellow")
    said = f"{decision.outcome.capitalize()}: {printable(decision.sentence)}"
    yield Text(f"\n{said}", style=_STYLES[decision.outcome])
    yield Text.assemble("\n", (f"{named}   ", "bold"), str(path), no_wrap=True)


def decision_lines(decision: "Decision | None") -> Iterator[RenderableType]:
    """The decision at the end of a run, in a line; nothing where none was made."""
    if decision is not None:
        said = f"{decision.outcome}. {printable(decision.sentence)}"
        yield Text.assemble("\n", ("Gate:   ", "bold"), (said, _STYLES[decision.outcome]))


def _table(decision: "Decision") -> Table:
    """One row a check: outcome and reason; what decides nothing is dim."""
    table = Table(title=f"policy {printable(decision.policy)}, {decision.at}", title_style="bold")
    for name in ("check", "outcome", "why"):
        table.add_column(name)
    for one in decision.findings:
        told = Text(one.outcome, style=_STYLES[one.outcome])
        if not one.blocks and one.outcome in ("fail", "inconclusive"):
            told.append(", let pass" if one.required else ", not required", style="dim")
        table.add_row(Text(one.check), told, Text(printable(one.reason)), style=None if one.required else "dim")
    return table
