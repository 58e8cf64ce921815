"""The arms side by side: a dot for the figure, a line for its interval. Pure: rows in, SVG text out."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

from markupsafe import Markup

from finewright.base.results import Figure
from finewright.flows.report.frame import Scale, dot, line, svg, ticks, words
from finewright.flows.report.wording import interval, percent

_NARROW = 520
_ROW, _NARROW_ROW = 42, 52
_TOP, _BOTTOM = 8, 30


@dataclass(frozen=True, slots=True)
class ArmRow:
    """One arm to draw. `role` is "tuned", "challenger" or empty and decides colour and mark."""

    title: str
    figure: Figure
    role: str = ""


def arms_chart(rows: Sequence[ArmRow], figure_name: str, width: int = 860) -> Markup:
    """Dots and intervals on one scale of shares, best on top; below 520 px names stand above their rows.

    Empty without rows.
    """
    if not rows:
        return Markup("")
    ranked = sorted(rows, key=lambda row: -row.figure.value)
    narrow = width < _NARROW
    step = _NARROW_ROW if narrow else _ROW
    height = _TOP + step * len(ranked) + _BOTTOM
    left, right = (10, width - 18) if narrow else (0.38 * width, width - 74)
    low, high = span(rows)
    scale = Scale(low, high, left, right)
    parts = [
        _axis(scale, height),
        *(_row(row, scale, _TOP + step * at, width, narrow) for at, row in enumerate(ranked)),
    ]
    said = "; ".join(f"{row.title}: {percent(row.figure.value)} (interval {interval(row.figure)})" for row in ranked)
    return svg(f"arms-{width}", f"{figure_name} by arm", f"{said}.", width, height, parts)


def span(rows: Sequence[ArmRow]) -> tuple[float, float]:
    """The scale's ends in tenths around all intervals, at least three tenths apart; from 0 if anything is near it."""
    low = floor(10 * min(row.figure.low for row in rows)) / 10
    high = min(ceil(10 * max(row.figure.high for row in rows)) / 10, 1.0)
    low = 0.0 if low < 0.4 else min(low, high - 0.3)
    return round(max(low, 0.0), 1), round(max(high, low + 0.3), 1)


def _axis(scale: Scale, height: int) -> Markup:
    """Upright hairlines at round shares, each named below."""
    floor_line = height - _BOTTOM + 4
    drawn = [
        line(scale(share), _TOP, scale(share), floor_line, "grid")
        + words(scale(share), height - 8, f"{100 * share:.0f}%", "tick", "middle")
        for share in ticks(scale.low, scale.high)
    ]
    return Markup("").join(drawn)


def _row(row: ArmRow, scale: Scale, top: float, width: int, narrow: bool) -> Markup:
    y = top + (36 if narrow else _ROW / 2)
    role = row.role or "other"
    low, high = scale(row.figure.low), scale(row.figure.high)
    whiskers = line(low, y - 5, low, y + 5, f"whisker {role}") + line(high, y - 5, high, y + 5, f"whisker {role}")
    bar = line(low, y, high, y, f"range {role}")
    drawn = bar + whiskers + dot(scale(row.figure.value), y, 6.5 if row.role else 5, f"dot {role}")
    return drawn + (_narrow_words(row, scale, top + 17, y) if narrow else _wide_words(row, scale, y, width))


def _wide_words(row: ArmRow, scale: Scale, y: float, width: int) -> Markup:
    """Name and role left of the scale, the figure right of it."""
    style, x = row.role or "other", scale.start - 22
    named = words(x, y + (-2 if row.role else 4.5), row.title, f"name {style}", "end")
    said = words(x, y + 13, row.role, f"role {style}", "end") if row.role else Markup("")
    return named + said + words(width - 4, y + 4.5, percent(row.figure.value), f"value {style}", "end")


def _narrow_words(row: ArmRow, scale: Scale, above: float, y: float) -> Markup:
    """The name above; figure and role on the side of the interval that has more room."""
    style = row.role or "other"
    low, high = scale(row.figure.low), scale(row.figure.high)
    said = percent(row.figure.value) + (f", {row.role}" if row.role else "")
    right = scale.end - high >= low - scale.start
    x, anchor = (high + 10, "start") if right else (low - 10, "end")
    beside = words(min(max(x, scale.start), scale.end), y + 4.5, said, f"value {style}", anchor)
    return words(scale.start - 6, above, row.title, f"name {style}") + beside
