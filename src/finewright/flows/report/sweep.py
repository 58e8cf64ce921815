"""A sweep as a page: the best combination, the chart, the table. Knows figures, no models and no statistics.

write_page(folder / "sweep.html", SweepView(name, figure, rows, combinations, sentence, advice))
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from finewright.base.files import write_text
from finewright.base.recipe_keys import LEAVES
from finewright.evaluate.trial_words import key_name, loss, share, value_name
from finewright.evaluate.trials import Combination
from finewright.flows.report.page import environment
from finewright.flows.report.sweep_chart import series, sweep_chart
from finewright.flows.report.wording import DASH, count, duration, figure_name, points, size

_WIDE, _NARROW = 860, 360


@dataclass(frozen=True, slots=True)
class SweepView:
    """What the page shows; `combinations` come best first, `figure` names the share that ranks them."""

    name: str
    figure: str
    rows: int
    combinations: Sequence[Combination]
    sentence: str
    advice: str


@dataclass(frozen=True, slots=True)
class Row:
    """One combination in words, column by column."""

    settings: tuple[str, ...]
    figure: str
    behind: str
    loss: str
    duration: str
    weights: str
    size: str


def write_page(path: Path, view: SweepView) -> None:
    """Write the page, whole or not at all. Raises StorageError where the file cannot be written."""
    write_text(path, page(view))


def page(view: SweepView) -> str:
    """The page as HTML; the same view gives the same text."""
    keys = keys_of(view.combinations)
    named = figure_name(view.figure)
    return (
        environment()
        .get_template("sweep.html.j2")
        .render(
            view=view,
            figure_name=named,
            seeds=len(view.combinations[0].trials),
            columns=[key_name(key).capitalize() for key in keys],
            lines=[row(one, keys) for one in view.combinations],
            charts={width: sweep_chart(view.combinations, named, width) for width in (_WIDE, _NARROW)},
            series=series(view.combinations),
        )
    )


def keys_of(combinations: Sequence[Combination]) -> list[str]:
    """Every setting of some combination, in the order of the schema."""
    return sorted({key for one in combinations for key in one.values}, key=LEAVES.index)


def row(one: Combination, keys: Sequence[str]) -> Row:
    """A combination as a line of the table; a dash where it has no such setting, or is the best itself."""
    return Row(
        settings=tuple(value_name(one.values[key]) if key in one.values else DASH for key in keys),
        figure=share(one.figure),
        behind=behind(one),
        loss=loss(one.loss),
        duration=duration(one.seconds),
        weights=count(one.weights),
        size=size(one.size),
    )


def behind(one: Combination) -> str:
    """How far behind the best, in points, and whether that may be noise."""
    if one.behind is None:
        return DASH
    return f"{points(-one.behind.by)}{'' if one.behind.certain else ', may be noise'}"
