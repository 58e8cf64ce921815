"""An audit's findings as a person reads them. Pure: values in, rich renderables out."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from finewright.cli.terminal import printable

if TYPE_CHECKING:
    from finewright.audit.report import Report
    from finewright.flows.audit.audit import Findings


def audit_parts(found: "Findings") -> Iterator[RenderableType]:
    """All that `finewright audit` prints, in order."""
    for report in found.reports.values():
        yield Text()
        yield figures_table(report)
        yield from (Text(printable(note)) for note in report.notes)
    for kind, reason in found.missing.items():
        yield Text.assemble((f"Not attacked ({kind}): ", "bold"), printable(reason))


def figures_table(report: "Report") -> Table:
    """The figures of one attack, with intervals."""
    table = Table(title=report.kind, title_style="bold")
    table.add_column("figure")
    for name in ("value", "from", "to", "rows"):
        table.add_column(name, justify="right")
    for name, figure in report.figures.items():
        numbers = (figure.value, figure.low, figure.high)
        table.add_row(Text(name), *(f"{number:.3f}" for number in numbers), f"{figure.rows:,}")
    return table
