"""Estimate, doctor and base list as a person reads them. Pure: values in, rich renderables out."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from finewright.cli.terminal import printable

if TYPE_CHECKING:
    from finewright.flows.doctor import Finding
    from finewright.flows.estimate import Estimate

_STATES = {"ok": "green", "warn": "yellow", "fail": "bold red"}


def size(count: float) -> str:
    """Bytes in the unit that a person would use."""
    for unit in ("bytes", "KB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"


def duration(minutes: float) -> str:
    """Minutes as a person would say them."""
    if round(60 * minutes) < 60:
        return _counted(round(60 * minutes), "second")
    if round(minutes) < 90:
        return _counted(round(minutes), "minute")
    return f"{minutes / 60:.1f} hours"


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def estimate_parts(estimate: "Estimate") -> Iterator[RenderableType]:
    """Stages with their minutes, memory and disk against what is there, and what the figures rest on."""
    yield _stages(estimate)
    fits = Table("", "needed", "there is", box=None, pad_edge=False)
    fits.add_row("memory", *_against(estimate.memory_bytes, estimate.memory_available))
    fits.add_row("disk", *_against(estimate.disk_bytes, estimate.disk_free))
    yield fits
    for sentence in estimate.basis:
        yield Text(sentence, style="dim")


def _stages(estimate: "Estimate") -> Table:
    table = Table(title="About how long", title_style="bold")
    table.add_column("stage")
    table.add_column("time", justify="right")
    for stage, minutes in estimate.minutes.items():
        table.add_row(stage, duration(minutes), style="bold" if stage == "total" else None)
    return table


def _against(needed: int, available: int) -> tuple[Text, Text]:
    return Text(size(needed), style="green" if needed <= available else "bold red"), Text(size(available))


def doctor_table(findings: "Iterable[Finding]") -> Table:
    """One line a finding: its state, what was seen, and the remedy where one is due."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, style="bold")
    table.add_column(overflow="fold")
    for finding in findings:
        said = Text(printable(finding.said))
        if finding.remedy:
            said.append(f"; {finding.remedy}", style=_STATES[finding.state])
        table.add_row(Text(finding.state, style=_STATES[finding.state]), finding.name, said)
    return table


def models_table(rows: Iterable[Mapping[str, Any]]) -> Table:
    """The known bases, one a row."""
    table = Table()
    for column in ("name", "kind", "parameters", "stored", "size", "digest", "licence"):
        table.add_column(column, justify="right" if column in ("parameters", "size") else "left")
    for row in rows:
        table.add_row(
            Text(str(row["name"])),
            str(row["kind"]),
            f"{row['parameters'] / 1e6:.1f} M" if row.get("parameters") else "",
            Text("yes", style="green") if row["stored"] else Text("no", style="dim"),
            size(row["bytes"]) if row["bytes"] else "",
            str(row.get("digest") or "")[:12],
            str(row.get("licence") or ""),
        )
    return table


def settings_table(rows: Iterable[tuple[str, Any, str]]) -> Table:
    """Every setting of a recipe with its value and where that value was written."""
    table = Table(box=None, pad_edge=False)
    table.add_column("setting", no_wrap=True)
    table.add_column("value", overflow="fold")
    table.add_column("from", no_wrap=True)
    for key, value, origin in rows:
        written = origin != "default"
        shown = Text(printable("none" if value is None else str(value)), style="bold" if written else "")
        table.add_row(key, shown, Text(origin, style="" if written else "dim"))
    return table
