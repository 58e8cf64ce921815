"""Slices of a run's test rows as a person reads them. Pure: values in, rich renderables out."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from finewright.cli.figures import share
from finewright.cli.terminal import printable
from finewright.flows.report.wording import evidence, figure_name, point_interval, points

if TYPE_CHECKING:
    from finewright.evaluate.slices import Slice
    from finewright.flows.slices import Sliced

_FEW = "few rows"


def slices_parts(found: "Sliced") -> Iterator[RenderableType]:
    """A row a slice, a column an arm, the tuned arm's gain over its challenger; and what that comes to."""
    title = f"{figure_name(found.figure)} by {printable(found.column)}"
    table = Table(title=Text(title), title_style="bold")
    table.add_column("slice", overflow="fold")
    compared = any(one.contrast for one in found.slices)
    for name in ("rows", *found.titles.values(), *(("gain (interval)", "p") if compared else ())):
        table.add_column(name, justify="right")
    for one in found.slices:
        cells = [printable(one.name), f"{one.rows:,}", *(share(one.figures.get(arm)) for arm in found.titles)]
        table.add_row(*map(Text, [*cells, *(_gain(one) if compared else ())]), style="dim" if one.small else None)
    yield table
    yield Text(found.sentence)


def _gain(one: "Slice") -> tuple[str, str]:
    if one.contrast is None:
        return _FEW, ""
    difference = one.contrast.difference
    return f"{points(difference.value)} ({point_interval(difference)})", evidence(one.contrast)
