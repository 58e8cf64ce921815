"""Held-out preferences and the team's rules, before training and after, as a person reads them. Pure: results in,
renderables out."""

from collections.abc import Iterator

from rich.table import Table
from rich.text import Text

from finewright.base.results import Compliance, PairFigures, Preferences, Results
from finewright.cli.figures import share

_STYLES = {"better": "green", "no better": "bold red", "cannot tell": "yellow"}

Row = tuple[str, str, str, int]
"""What preferences are told by, how well before training and after, and over how many rows."""


def preferences_table(results: Results) -> Table:
    """How often the preferred answer comes out ahead, before and after, by what it goes by."""
    table = Table(title=f"{results.name}: held-out preferences", title_style="bold")
    table.add_column("preferred answer ahead by")
    table.add_column("before (interval)", justify="right")
    table.add_column("after (interval)", justify="right")
    table.add_column("rows", justify="right")
    rows = [*_likelihoods(results.preferences), *_scores(results.reward)]
    for name, before, after, count in rows:
        table.add_row(Text(name), Text(before), Text(after), Text(f"{count:,}"))
    return table


def compliance_lines(found: Compliance | None) -> Iterator[Text]:
    """Whether answers keep the team's rules more often than before, and how often people's own texts do."""
    if found is None:
        return
    yield Text.assemble(
        ("Team's rules: ", "bold"), (found.outcome, _STYLES.get(found.outcome, "")), f". {found.sentence}"
    )
    named = {"drafts by people": found.drafts, "approved answers": found.approved}
    said = [f"{name} {share(of)}" for name, of in named.items() if of is not None]
    if said:
        yield Text(f"For comparison, every rule is kept by: {', '.join(said)}", style="dim")


def _likelihoods(found: Preferences | None) -> list[Row]:
    if found is None:
        return []
    return [
        ("likelihood of the answer", share(found.before), share(found.after), found.rows),
        ("likelihood of its mean token", share(found.token_before), share(found.token_after), found.rows),
        ("how much likelier training made it", "", share(found.moved), found.rows),
    ]


def _scores(found: PairFigures | None) -> list[Row]:
    return [("score of a reward model", "", share(found.accuracy), found.rows)] if found else []
