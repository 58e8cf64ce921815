"""A sweep drawn: the share of right rows over one setting, a line for each choice of the others, a dot for each seed.

Pure: combinations in, SVG text out. Across runs the learning rate where it was swept, else the first setting that has
several values; numbers stand at their distance (of logarithms, where they span more than a factor of five), all else
evenly.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import Any

from markupsafe import Markup

from finewright.base.recipe_keys import LEAVES
from finewright.evaluate.trial_words import key_name, named, value_name
from finewright.evaluate.trials import Combination
from finewright.flows.report.frame import Scale, dot, line, path, svg, ticks, words
from finewright.flows.report.wording import percent

_LEFT, _TOP, _BOTTOM, _RIGHT = 56, 28, 48, 28
_STYLES = 6


@dataclass(frozen=True, slots=True)
class Series:
    """The combinations that differ in the drawn setting alone: their name, and the CSS class of line and dots."""

    name: str
    style: str
    combinations: tuple[Combination, ...]


def drawn_key(combinations: Sequence[Combination]) -> str:
    """The setting that runs across."""
    keys = sorted({key for one in combinations for key in one.values}, key=LEAVES.index)
    several = [key for key in keys if len(_values(combinations, key)) > 1]
    return next((key for key in several if key.endswith("learning_rate")), (several or keys)[0])


def series(combinations: Sequence[Combination]) -> list[Series]:
    """One for each choice of the other settings, in the order in which they first did well."""
    across = drawn_key(combinations)
    groups: dict[str, list[Combination]] = {}
    for one in combinations:
        groups.setdefault(named({key: value for key, value in one.values.items() if key != across}), []).append(one)
    return [
        Series(name or "all", f"s{number % _STYLES}", tuple(of)) for number, (name, of) in enumerate(groups.items())
    ]


def sweep_chart(combinations: Sequence[Combination], figure_name: str, width: int = 860) -> Markup:
    """Dots and lines of every combination; the best is ringed."""
    height = 340 if width > 520 else 280
    across = drawn_key(combinations)
    places = _places(_values(combinations, across))
    every = [trial.figure for one in combinations for trial in one.trials]
    right = Scale(0, 1, _LEFT + 24, width - _RIGHT - 24)
    upward = Scale(*_span(every), height - _BOTTOM, _TOP)

    def x(one: Combination) -> float:
        return right(places[_text(one.values.get(across))])

    best = combinations[0]
    parts = [
        _shares(upward, width, figure_name),
        *(words(right(at), upward.start + 18, text, "tick", "middle") for text, at in places.items()),
        words(width - _RIGHT, upward.start + 38, key_name(across), "tick", "end"),
        *(_series(one, upward, x) for one in series(combinations)),
        dot(x(best), upward(best.figure.mean), 9, "ring"),
        words(x(best), max(upward(best.figure.mean) - 14, _TOP - 2), "best", "mark", "middle"),
    ]
    said = "; ".join(f"{named(one.values)}: {percent(one.figure.mean)}" for one in combinations)
    return svg(f"sweep-{width}", f"{figure_name} by {key_name(across)}", f"{said}.", width, height, parts)


def _series(one: Series, upward: Scale, x: Any) -> Markup:
    ordered = sorted(one.combinations, key=x)
    means = path(((x(of), upward(of.figure.mean)) for of in ordered), f"curve {one.style}")
    seeds = [dot(x(of), upward(trial.figure), 2.6, f"seed {one.style}") for of in ordered for trial in of.trials]
    return means + Markup("").join([*seeds, *(dot(x(of), upward(of.figure.mean), 4.4, one.style) for of in ordered)])


def _shares(upward: Scale, width: int, figure_name: str) -> Markup:
    drawn = [
        line(_LEFT, upward(share), width - _RIGHT, upward(share), "grid")
        + words(_LEFT - 8, upward(share) + 4, f"{100 * share:.4g}%", "tick", "end")
        for share in ticks(upward.low, upward.high, 6)
    ]
    return Markup("").join([*drawn, words(_LEFT - 44, _TOP - 12, figure_name, "tick")])


def _span(shares: Sequence[float]) -> tuple[float, float]:
    """The scale's ends: a tenth of the range beyond the outermost shares, two points at least, within 0..1."""
    low, high = min(shares), max(shares)
    beyond = max((high - low) / 10, 0.02)
    return max(low - beyond, 0.0), min(high + beyond, 1.0)


def _values(combinations: Sequence[Combination], key: str) -> list[Any]:
    """The values of a setting, None of combinations without it; each once, numbers in their order."""
    found = list({_text(value): value for one in combinations for value in [one.values.get(key)]}.values())
    return sorted(found) if all(map(_number, found)) else found


def _places(values: Sequence[Any]) -> dict[str, float]:
    """Where each value stands in 0..1, by its text."""
    steps = list(map(float, range(len(values))))
    if all(map(_number, values)):
        apart = values[0] > 0 and values[-1] > 5 * values[0]
        steps = [log(value) if apart else float(value) for value in values]
    scale = Scale(steps[0], steps[-1], 0.0, 1.0)
    return {_text(value): scale(step) for value, step in zip(values, steps, strict=True)}


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text(value: Any) -> str:
    return value_name(value)
