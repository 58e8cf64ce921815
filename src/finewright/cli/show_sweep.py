"""The end of a sweep as a person reads it: the table, what it says, the paths. Pure: values in, renderables out."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from finewright.evaluate.trial_words import key_name
from finewright.flows.report.sweep import keys_of, row
from finewright.flows.report.wording import figure_name

if TYPE_CHECKING:
    from finewright.flows.sweep import Sweep, SweepOutcome


def sweep_parts(outcome: "SweepOutcome") -> Iterator[RenderableType]:
    """All that `finewright sweep` prints at the end, in order."""
    yield Text()
    yield sweep_table(outcome.sweep)
    yield Text.assemble("\n", ("Sweep: ", "bold"), outcome.sweep.sentence)
    yield Text.assemble(("Next: ", "bold"), outcome.sweep.advice)
    if outcome.state == "shown":
        yield Text("\nThis sweep was done before; nothing was computed anew.", style="dim")
    yield Text.assemble("\n", ("Page     ", "bold"), str(outcome.folder / "sweep.html"), no_wrap=True)
    yield Text.assemble(("Recipe   ", "bold"), str(outcome.folder / "best.yaml"), no_wrap=True)


def sweep_table(sweep: "Sweep") -> Table:
    """One row a combination, best first."""
    keys = keys_of(sweep.combinations)
    title = f"{sweep.name}: {len(sweep.seeds)} seeds each, on {sweep.rows:,} validation rows"
    table = Table(title=title, title_style="bold")
    for key in keys:
        table.add_column(key_name(key))
    for name in (figure_name(sweep.figure).lower(), "points behind", "loss", "time", "weights", "on disk"):
        table.add_column(name, justify="right")
    for number, one in enumerate(sweep.combinations):
        line = row(one, keys)
        cells = [*line.settings, line.figure, line.behind, line.loss, line.duration, line.weights, line.size]
        table.add_row(*map(Text, cells), style=None if number else "bold")
    return table
