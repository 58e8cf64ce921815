"""What was found out about labels as a person reads it. Pure: values in, rich renderables out."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from finewright.cli.figures import share
from finewright.cli.show import clipped
from finewright.cli.terminal import printable

if TYPE_CHECKING:
    from finewright.flows.label.adopt import Adopted
    from finewright.flows.label.curve import CurveFound
    from finewright.flows.label.errors import ErrorsFound

_MOST = 20


def curve_parts(found: "CurveFound") -> Iterator[RenderableType]:
    """Accuracy by training rows, what one point costs, and how the forecast fared."""
    yield Text(f"Accuracy by training rows: {found.classifier}, {found.curve.seeds} seeds", style="bold")
    table = Table()
    table.add_column("rows", justify="right")
    table.add_column("right answers (interval)", justify="right")
    for rows, figure in found.curve.points:
        table.add_row(f"{rows:,}", share(figure))
    yield table
    yield Text.assemble(("More rows: ", "bold"), (found.sentence, "green" if found.curve.known else "yellow"))
    yield Text(found.told)


def errors_parts(found: "ErrorsFound") -> Iterator[RenderableType]:
    """The likeliest errors, and what all of them come to."""
    listed = found.found.suspects[:_MOST]
    if listed:
        table = Table(title=f"Labels that are likely wrong: {found.classifier}, out of fold", title_style="bold")
        for name in ("row", "given", "likely", "text"):
            table.add_column(name, overflow="fold")
        for one in listed:
            given = f"{one.record.answer} ({one.given_probability:.2f})"
            likely = f"{one.likely} ({one.probability:.2f})"
            place = f"{one.record.source}:{one.record.line}"
            table.add_row(*(Text(printable(cell)) for cell in (place, given, likely)), clipped(one.record.text))
        yield table
    yield Text(found.sentence)


def adopted_parts(done: "Adopted") -> Iterator[RenderableType]:
    """What became of the answers, and the lines for the recipe."""
    counts = {
        "added": done.added,
        "corrected": done.corrected,
        "confirmed": done.confirmed,
        "left open": done.left_open,
    }
    told = ", ".join(f"{number:,} {what}" for what, number in counts.items() if number)
    yield Text(f"Labels: {told}. In the recipe, name the new files:")
    yield Text("data:\n" + "\n".join(f"  {key.removeprefix('data.')}: {path}" for key, path in done.files.items()))
