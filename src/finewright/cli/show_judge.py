"""A judgement as a person reads it: levels by arm, then sentences. Pure: an outcome in, rich renderables out."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from finewright.base.results import Figure
from finewright.cli.figures import share
from finewright.cli.terminal import printable
from finewright.evaluate.judge.judgement import Judgement, Rated
from finewright.evaluate.judge.people import Agreement
from finewright.evaluate.judge.words import sentences

if TYPE_CHECKING:
    from finewright.flows.judge import JudgeOutcome


def judgement_parts(outcome: "JudgeOutcome") -> Iterator[RenderableType]:
    """All that `finewright judge` prints at the end, in order."""
    found = outcome.judgement
    yield Text()
    yield _table(found)
    *said, last = sentences(found)
    for sentence in said:
        yield Text(printable(f"\n{sentence}"))
    for agreed in found.agreement:
        yield _confusion(agreed)
    yield Text.assemble("\n", (printable(last), "bold green" if found.decides else "bold yellow"))
    yield Text.assemble("\n", ("Judgement ", "bold"), str(outcome.path), no_wrap=True)
    yield Text.assemble(("Report    ", "bold"), str(outcome.report), no_wrap=True)
    if not outcome.asked:
        yield Text("Every reply was stored before; nobody was asked anew.", style="dim")


def _table(found: Judgement) -> Table:
    """A row a criterion: where on its scale each arm lies, and the difference."""
    first, second = found.arms
    table = Table(title=f"Mean of the scale, 0 % worst, 100 % best, of {len(found.rows):,} rows", title_style="bold")
    table.add_column("criterion")
    for name in (*found.arms, f"{first} less {second}"):
        table.add_column(printable(name), justify="right")
    for rated in found.rated:
        table.add_row(rated.criterion, *(share(rated.means[arm]) for arm in found.arms), _difference(rated))
    return table


def _difference(rated: Rated) -> str:
    found: Figure | None = rated.difference
    if found is None:
        return "n/a"
    return f"{100 * found.value:+.1f} ({100 * found.low:+.1f} to {100 * found.high:+.1f})"


def _confusion(agreed: Agreement) -> Table:
    """People's levels by the judge's."""
    table = Table(title=f"{agreed.criterion}: people (rows) and the judge (columns)", title_style="bold")
    levels = [*next(iter(agreed.confusion.values()))]
    for name in ("", *levels):
        table.add_column(printable(name), justify="right" if name else "left")
    for level, counts in agreed.confusion.items():
        table.add_row(printable(level), *(f"{counts[name]:,}" for name in levels))
    return table
