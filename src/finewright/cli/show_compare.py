"""Two runs beside each other as a person reads them. Pure: values in, rich renderables out."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from finewright.cli.figures import share
from finewright.cli.show_machine import duration, size
from finewright.cli.terminal import printable
from finewright.flows.report.wording import DASH, evidence, figure_name, plain, point_interval, points

if TYPE_CHECKING:
    from finewright.flows.compare import Comparison


def comparison_parts(found: "Comparison") -> Iterator[RenderableType]:
    """All that `finewright compare` prints, in order."""
    yield Text()
    yield arms_table(found)
    yield Text()
    yield settings_table(found)
    yield Text.assemble("\n", ("Result: ", "bold"), printable(found.sentence))
    yield Text.assemble(("Mind:   ", "bold"), found.advice)


def arms_table(found: "Comparison") -> Table:
    """One row an arm that both runs measured, the tuned one first; differences are second minus first, in points."""
    table = Table(title=f"{figure_name(found.figure)} on the same {found.rows:,} test rows", title_style="bold")
    table.add_column("arm")
    for name in ("first (interval)", "second (interval)", "difference", "interval", "p"):
        table.add_column(name, justify="right")
    for number, pair in enumerate(found.arms):
        difference = pair.contrast.difference
        told = points(difference.value), point_interval(difference), evidence(pair.contrast)
        cells = [pair.title, share(pair.first), share(pair.second), *told]
        table.add_row(*map(Text, cells), style=None if number else "bold")
    return table


def settings_table(found: "Comparison") -> Table:
    """What the runs do not share: settings, verdict, time of training, size of what was trained."""
    table = Table(title="What differs", title_style="bold")
    table.add_column("")
    sides = found.first, found.second
    for side in sides:
        table.add_column(printable(side.folder.name))
    for one in found.settings:
        table.add_row(one.key, Text(printable(plain(one.first))), Text(printable(plain(one.second))))
    table.add_row("verdict", *(side.outcome for side in sides))
    table.add_row("training", *(DASH if side.minutes is None else duration(side.minutes) for side in sides))
    table.add_row("on disk", *(DASH if side.trained_bytes is None else size(side.trained_bytes) for side in sides))
    return table
