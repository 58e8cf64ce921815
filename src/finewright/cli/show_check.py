"""The report of `finewright data check` as a person reads it. Pure: a report in, rich renderables out."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from finewright.base.records import Refusal
from finewright.cli.show_privacy import check_lines, refused_line
from finewright.cli.terminal import printable

if TYPE_CHECKING:
    from finewright.flows.check import CheckReport

_FIRST = 10
_MOST_LABELS = 100
_OPEN, _CLOSE = "⟦", "⟧"
_KINDS = {
    "classes": "one of some labels",
    "labels": "any of some labels",
    "json": "JSON records",
    "text": "free text",
    "numbers": "numbers",
    "preferences": "chosen, each beside a rejected one",
    "feedback": "rated by thumbs",
}
_Row = TypeVar("_Row")


def check_parts(report: "CheckReport", *, colour: bool) -> Iterator[RenderableType]:
    """Everything `data check` prints, in order; `colour` tells whether supervised text can be shown by colour."""
    yield Text(printable(report.recognised))
    for file in report.files:
        yield Text(f"{file.name}: {file.kept:,} rows kept, {len(file.refused):,} refused   ({file.path})", style="bold")
        yield from (refusal_line(refusal) for refusal in file.refused)
    yield from check_lines(report.privacy)
    if refused := report.privacy.get("refused"):
        yield from first_lines("Rows that go to quarantine", refused, refused_line)
    yield from _repeats(report)
    yield from _parts(report)
    yield from _labels(report)
    yield from _lengths(report)
    yield from (Text(printable(note), style="yellow") for note in report.portability)
    if report.preview:
        yield from preview_parts(report.preview, colour=colour)


def refusal_line(refusal: Refusal) -> Text:
    """Where the row is, what is wrong, what to do."""
    remedy = f"; {refusal.remedy}" if refusal.remedy else ""
    return Text(printable(f"  {refusal.source}:{refusal.line}: {refusal.reason}{remedy}"), style="red")


def _repeats(report: "CheckReport") -> Iterator[Text]:
    yield from first_lines("Duplicate rows", report.duplicates, lambda pair: f"{pair.second} repeats {pair.first}")
    yield from first_lines(
        "Near-duplicate pairs",
        report.near_duplicates,
        lambda pair: f"{pair.first} and {pair.second} are {pair.similarity:.0%} alike",
    )
    yield from first_lines(
        "Texts with several answers",
        report.contradictions,
        lambda places: f"{', '.join(map(str, places))} say the same and are answered differently",
    )


def first_lines(what: str, rows: Sequence[_Row], told: Callable[[_Row], str]) -> Iterator[Text]:
    """How many there are and the first ten of them."""
    yield Text(f"{what}: {len(rows):,}" if rows else f"{what}: none", style="yellow" if rows else "dim")
    for row in rows[:_FIRST]:
        yield Text(printable(f"  {told(row)}"))
    if len(rows) > _FIRST:
        yield Text(f"  and {len(rows) - _FIRST:,} more (all with --json)", style="dim")


def _parts(report: "CheckReport") -> Iterator[RenderableType]:
    counts = ", ".join(f"{part} {count:,}" for part, count in report.parts.items())
    yield Text(f"Split: {counts}")
    yield from first_lines(
        "Rows that leave so that no held-out text is learnt from",
        report.departures,
        lambda row: f"{row.source}:{row.line} leaves {row.part}: {row.reason}",
    )


def _labels(report: "CheckReport") -> Iterator[RenderableType]:
    if report.kind != "documents":
        yield Text(f"Answers are {_KINDS.get(report.kind, report.kind)}")
    if not report.label_counts:
        return
    table = Table(box=None, pad_edge=False)
    table.add_column("label")
    table.add_column("rows", justify="right")
    ranked = sorted(report.label_counts.items(), key=lambda pair: (-pair[1], pair[0]))
    for label, count in ranked[:_MOST_LABELS]:
        table.add_row(Text(printable(label)), f"{count:,}")
    yield Padding(table, (0, 0, 0, 2), expand=False)
    if len(ranked) > _MOST_LABELS:
        yield Text(f"  and {len(ranked) - _MOST_LABELS:,} more labels (all with --json)", style="dim")


def _lengths(report: "CheckReport") -> Iterator[Text]:
    if report.lengths is None or report.limit is None:
        yield Text(printable(report.note), style="yellow")
        return
    limit, found = report.limit, report.lengths
    yield Text(
        f"Tokens per example: shortest {found.shortest:,}, median {found.median:,}, 95 of 100 up to {found.p95:,}, "
        f"longest {found.longest:,}; the limit is {limit:,}"
    )
    if report.kind == "documents":
        yield from first_lines(
            "Documents longer than a row, continued in the next one",
            report.too_long,
            lambda row: f"{row[0]} has {row[1]:,} tokens",
        )
        return
    yield from first_lines(
        "Examples over the limit, which truncation would cut",
        report.too_long,
        lambda row: f"{row[0]} has {row[1]:,} tokens, {row[1] - limit:,} too many",
    )


def preview_parts(pieces: Sequence[tuple[str, bool]], *, colour: bool) -> Iterator[RenderableType]:
    """One example as the model sees it; what it learns to write is green, or in brackets where there is no colour."""
    mark = "green" if colour else f"between {_OPEN} and {_CLOSE}"
    yield Text(f"\nOne example as the model sees it; what it learns to write is {mark}", style="bold")
    shown = Text()
    for text, supervised in pieces:
        if supervised and not colour:
            shown.append(f"{_OPEN}{printable(text)}{_CLOSE}")
        else:
            shown.append(printable(text), style="green" if supervised else "")
    yield Padding(shown, (0, 0, 0, 2), expand=False)
