"""The ground every chart stands on: a drawing area, linear scales, round ticks, the SVG shell. Knows no data."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, floor, log10

from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps `low`..`high` of the data to `start`..`end` of the drawing; values outside go to the nearer end."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low) if self.high > self.low else 0.5
        return self.start + min(max(share, 0.0), 1.0) * (self.end - self.start)


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """At most `most` round values within low..high, a step of 1, 2 or 5 times a power of ten apart."""
    if high <= low:
        return [low]
    rough = (high - low) / max(most - 1, 1)
    power = 10.0 ** floor(log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * (1 - 1e-9))
    first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    return [round(index * step, 12) for index in range(first, last + 1)]


def svg(name: str, title: str, description: str, width: int, height: int, parts: Iterable[Markup]) -> Markup:
    """A whole drawing with its accessible name; `name` keeps ids on one page apart."""
    return Markup(
        '<svg class="chart" viewBox="0 0 {width} {height}" role="img" aria-labelledby="{name}-title {name}-desc">'
        '<title id="{name}-title">{title}</title><desc id="{name}-desc">{description}</desc>{parts}</svg>'
    ).format(name=name, title=title, description=description, width=width, height=height, parts=Markup("").join(parts))


def line(x1: float, y1: float, x2: float, y2: float, style: str) -> Markup:
    """A straight line of a CSS class."""
    return Markup('<line x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}" class="{}"/>').format(x1, y1, x2, y2, style)


def dot(x: float, y: float, radius: float, style: str) -> Markup:
    """A disc of a CSS class."""
    return Markup('<circle cx="{:.1f}" cy="{:.1f}" r="{:.1f}" class="{}"/>').format(x, y, radius, style)


def words(x: float, y: float, text: str, style: str, anchor: str = "start") -> Markup:
    """A piece of text; `anchor` is start, middle or end."""
    return Markup('<text x="{:.1f}" y="{:.1f}" class="{}" text-anchor="{}">{}</text>').format(x, y, style, anchor, text)


def path(points: Iterable[tuple[float, float]], style: str) -> Markup:
    """A line through points; nothing where there are fewer than two."""
    listed = list(points)
    if len(listed) < 2:
        return Markup("")
    steps = " L".join(f"{x:.1f} {y:.1f}" for x, y in listed)
    return Markup('<path d="M{}" class="{}"/>').format(steps, style)
