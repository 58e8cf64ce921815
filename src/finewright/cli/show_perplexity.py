"""Held-out documents before and after continued pretraining, as a person reads it. Pure: results in, a table out."""

from rich.table import Table
from rich.text import Text

from finewright.base.results import Perplexity, Results


def perplexity_table(results: Results) -> Table:
    """Perplexity of the held-out documents before and after, and its change."""
    table = Table(title=f"{results.name}: perplexity of held-out documents", title_style="bold")
    for name in ("documents", "tokens", "before", "after", "change (interval)"):
        table.add_column(name, justify="right")
    if results.perplexity:
        table.add_row(*_cells(results.perplexity))
    return table


def _cells(found: Perplexity) -> list[Text]:
    change = f"{100 * found.change:+.1f}% ({100 * found.low:+.1f} to {100 * found.high:+.1f})"
    figures = (f"{found.before:.2f}", f"{found.after:.2f}", change)
    return [Text(cell) for cell in (f"{found.documents:,}", f"{found.tokens:,}", *figures)]
