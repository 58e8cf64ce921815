"""Advice as a person reads it. Pure: values in, rich renderables out."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from finewright.base.recipe_keys import KEYS
from finewright.cli.terminal import printable
from finewright.evaluate.advice.rules import TITLES
from finewright.flows.report.wording import percent

if TYPE_CHECKING:
    from finewright.evaluate.advice.rank import Ranked
    from finewright.evaluate.advice.situation import Situation
    from finewright.flows.advise import Advised

_SHOWN = 3


def advice_parts(found: "Advised") -> Iterator[RenderableType]:
    """All that `finewright advise` prints, in order."""
    yield _figures(found.situation)
    yield from _facts(found)
    yield Text()
    yield _ranking(found.advice.ranking)
    yield from _open(found)
    yield from _measured(found)
    style = "bold green" if found.advice.outcome == "clear" else "bold yellow"
    yield Text.assemble("\n", ("Advice: ", "bold"), (found.sentence, style))
    yield Text.assemble(("Next: ", "bold"), _next(found))


def _figures(of: "Situation") -> Table:
    table = Table(title="What the examples show", title_style="bold", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    table.add_row("examples", f"{of.rows:,}")
    table.add_row("kind of answer", of.kind)
    if of.labels:
        table.add_row("labels", f"{of.labels:,}")
    table.add_row("distinct answers", f"{100 * of.distinct:.0f}%")
    table.add_row("likeness of a question with its nearest", f"{of.nearness:.2f}")
    table.add_row(f"tokens of the longest prompt, {'counted' if of.counted else 'estimated'}", f"{of.prompt:,}")
    table.add_row("rows that carry facts", f"{of.facts:,} ({100 * of.fact_share:.0f}%)")
    table.add_row("rows that carry names or addresses", f"{of.personal:,}")
    return table


def _facts(found: "Advised") -> Iterator[Text]:
    for row in found.facts[:_SHOWN]:
        yield Text(printable(f"{row.record.source}:{row.record.line}: {row.reason}"), style="dim")
    if len(found.facts) > _SHOWN:
        yield Text(f"and {len(found.facts) - _SHOWN:,} more; --export-facts FILE writes them out", style="dim")


def _ranking(ranking: "tuple[Ranked, ...]") -> Table:
    table = Table(title="Ways, best first", title_style="bold")
    table.add_column("way", no_wrap=True)
    table.add_column("points", justify="right")
    table.add_column("reasons: points, rule, what triggered it, source", overflow="fold")
    for way in ranking:
        lines = [f"{one.points:+d} {one.rule}: {one.number} [{one.source}]" for one in way.reasons]
        table.add_row(TITLES[way.option], f"{way.points:+d}", Text(printable("\n".join(lines))), end_section=True)
    return table


def _open(found: "Advised") -> Iterator[Text]:
    """The unanswered questions that could change which way comes first."""
    for key in found.advice.open:
        question = (KEYS["advise", key].description or "").rstrip(".")
        yield Text.assemble(("Open: ", "bold"), f"{question}? (advise.{key}; another way could come first)")


def _measured(found: "Advised") -> Iterator[Text]:
    """What was measured and what was not, and which arm was right most often."""
    for title, reason in found.left_out.items():
        yield Text(printable(f"Not measured: {title}: {reason.rstrip('.')}."), style="dim")
    if not found.evidence:
        return
    best = max(found.evidence, key=lambda one: one.right.value)
    figures = f"{percent(best.right.value)} ({percent(best.right.low)} to {percent(best.right.high)})"
    arms = f"{len(found.evidence):,} arm{'' if len(found.evidence) == 1 else 's'}"
    told = (
        f"{arms} on {best.right.rows:,} validation rows; most often right was {best.title}, {figures}. "
        "Nothing was trained, and no test row was looked at."
    )
    yield Text.assemble(("Measured: ", "bold"), printable(told))


def _next(found: "Advised") -> str:
    if found.advice.open:
        return "answer the open questions in the recipe's section `advise`, or in a terminal, and ask again."
    if not found.evidence:
        return "add --measure, which asks small arms without training and replaces rules by what they get right."
    if found.advice.outcome == "clear" and found.advice.ranking[0].measured:
        return "use it; `finewright run` says on the test rows whether tuning is better still."
    return "run the recipe: `finewright run` measures every way that it has, on test rows that nobody has seen."
