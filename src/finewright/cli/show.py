"""The end of a run as a person reads it: arms, verdict, examples, paths. Pure: results in, rich renderables out.

Text of the user's data goes through `printable` and into `Text`, never through markup.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from finewright.base.results import ArmResult, Forgetting, Measured, Results, Verdict
from finewright.cli.figures import share
from finewright.cli.show_answers import automation_lines, calibration_lines, cut_lines
from finewright.cli.show_cost import cost_lines
from finewright.cli.show_gate import decision_lines
from finewright.cli.show_perplexity import perplexity_table
from finewright.cli.show_preferences import compliance_lines, preferences_table
from finewright.cli.show_privacy import privacy_lines
from finewright.cli.terminal import printable
from finewright.flows.report.asked import asked_lines

if TYPE_CHECKING:
    from finewright.flows.run import BeforeAfter, RunOutcome

_MOST_EXAMPLES = 3
_LONGEST = 400
_VERDICT_STYLES = {
    "better": "bold green",
    "no better": "bold red",
    "cannot tell": "bold yellow",
    "not compared": "bold",
}
_SURVIVAL_STYLES = {"kept": "green", "lost": "bold red", "cannot tell": "yellow"}
_FIGURES = {
    "accuracy": "right answers",
    "macro_f1": "macro-F1",
    "mean_distance": "mean distance, of the scale",
    "kappa": "quadratic kappa",
    "exact_set": "sets all right",
    "micro_f1": "micro-F1",
    "jaccard": "Jaccard index",
    "records": "records all right",
    "fields": "fields right",
    "validity": "valid answers",
    "exact": "exact answers",
    "right_numbers": "right numbers",
}


def outcome_parts(outcome: "RunOutcome") -> Iterator[RenderableType]:
    """All that `finewright run` prints at the end, in order."""
    yield from results_parts(outcome.results)
    yield from example_parts(outcome.examples[:_MOST_EXAMPLES])
    yield from decision_lines(outcome.decision)
    yield from path_lines(outcome.folder, outcome.state)


def results_parts(results: Results) -> Iterator[RenderableType]:
    """What was found: figures, verdict and what stands beside it."""
    yield Text()
    yield _table(results)
    yield from (Text(printable(line), style="dim") for line in asked_lines(results))
    yield from verdict_lines(results.verdict)
    yield from privacy_lines(results)
    yield from cut_lines(results)
    yield from calibration_lines(results)
    yield from automation_lines(results)
    yield from compliance_lines(results.compliance)
    yield from forgetting_lines(results.forgetting)
    yield from cost_lines(results.cost)


def _table(results: Results) -> Table:
    """The figures that the verdict rests on."""
    if results.preferences:
        return preferences_table(results)
    return perplexity_table(results) if results.perplexity else arms_table(results)


def arms_table(results: Results) -> Table:
    """One row an arm on the shared test rows; a further column where cheap arms were measured on more of them."""
    wider = any(arm.whole and arm.test and arm.whole.rows > arm.test.rows for arm in results.arms)
    table = Table(title=f"{results.name}: {_figure_name(results)} on held-out rows", title_style="bold")
    table.add_column("arm")
    table.add_column(f"{_figure_name(results)} (interval)", justify="right")
    table.add_column("rows", justify="right")
    if wider:
        table.add_column("on all test rows", justify="right")
    table.add_column("tokens per call", justify="right")
    table.add_column("seconds per 100 rows", justify="right")
    for arm in results.arms:
        table.add_row(*_arm_cells(arm, results.deciding_figure, wider), style="bold" if arm.trained else None)
    return table


def _arm_cells(arm: ArmResult, figure: str, wider: bool) -> list[RenderableType]:
    measured = arm.test or arm.whole
    if measured is None:
        blank = [Text()] * (4 if wider else 3)
        return [Text(arm.title, style="dim"), Text(printable(arm.why_not or "not measured"), style="dim"), *blank]
    cells = [Text(arm.title), Text(share(measured.figures.get(figure))), Text(f"{measured.rows:,}")]
    if wider:
        cells.append(Text(_on_whole(arm.whole, figure)))
    tokens = measured.prompt_tokens + measured.completion_tokens
    return [*cells, Text(f"{tokens:,.0f}" if tokens else "none"), Text(pace(measured))]


def _on_whole(whole: Measured | None, figure: str) -> str:
    return f"{share(whole.figures.get(figure))} of {whole.rows:,}" if whole else ""


def pace(measured: Measured) -> str:
    """Seconds per 100 rows."""
    seconds = 100 * measured.seconds / measured.rows if measured.rows else 0.0
    return f"{seconds:.1f}" if seconds >= 0.1 else "<0.1"


def verdict_lines(verdict: Verdict) -> Iterator[Text]:
    """The sentence of the verdict, and what to do next."""
    yield Text.assemble("\n", ("Verdict: ", "bold"), (verdict.sentence, _VERDICT_STYLES[verdict.outcome]))
    if verdict.advice:
        yield Text.assemble(("Next: ", "bold"), verdict.advice)


def forgetting_lines(found: Forgetting | None) -> Iterator[Text]:
    """What training did to the base's general knowledge, a sentence for each figure that was measured."""
    named = {"General questions: ": found.accuracy, "General text: ": found.perplexity} if found else {}
    for name, change in named.items():
        if change is not None:
            style = _SURVIVAL_STYLES[change.outcome]
            yield Text.assemble((name, "bold"), (change.outcome, style), f". {change.sentence}")


def example_parts(examples: "Iterable[BeforeAfter]") -> Iterator[RenderableType]:
    """Rows that the tuned model gained: the text, what was wanted, and both answers."""
    for number, example in enumerate(examples, 1):
        yield Text(f"\nExample {number}: wrong before, right after tuning", style="bold")
        grid = Table.grid(padding=(0, 2))
        grid.add_column(style="dim", no_wrap=True)
        grid.add_column(overflow="fold")
        grid.add_row("text", clipped(example.text))
        grid.add_row("wanted", clipped(example.wanted))
        grid.add_row("before", clipped(example.before, "red"))
        grid.add_row("after", clipped(example.after, "green"))
        yield Padding(grid, (0, 0, 0, 2), expand=False)


def clipped(text: str, style: str = "") -> Text:
    """One paragraph of the text, its middle left out where it is long."""
    whole = printable(" ".join(text.split()))
    half = _LONGEST // 2
    return Text(whole if len(whole) <= _LONGEST else f"{whole[:half]} … {whole[-half:]}", style=style)


def path_lines(folder: Path, state: str) -> Iterator[Text]:
    """Where the report and the adapter are."""
    if state == "shown":
        yield Text("\nThis run was done before; nothing was computed anew.", style="dim")
    yield Text.assemble("\n", ("Report   ", "bold"), str(folder / "report.html"), no_wrap=True)
    for name in ("adapter", "model"):
        if (folder / name).is_dir():
            yield Text.assemble((f"{name.capitalize():9}", "bold"), str(folder / name), no_wrap=True)


def _figure_name(results: Results) -> str:
    return _FIGURES.get(results.deciding_figure, results.deciding_figure)
