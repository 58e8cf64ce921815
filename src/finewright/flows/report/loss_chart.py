"""Training and validation loss over the steps, the best validation marked. Pure: metrics rows in, SVG text out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, isfinite
from typing import Any

from markupsafe import Markup

from finewright.flows.report.frame import Scale, dot, line, path, svg, ticks, words
from finewright.flows.report.wording import count, loss

_LEFT, _TOP, _BOTTOM, _RIGHT = 48, 28, 44, 16

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Curves:
    """(step, loss) points of a run. `best` is the validation whose weights were kept: step 0 is the base's own."""

    training: tuple[Point, ...]
    validation: tuple[Point, ...]
    best: Point | None


def curves(metrics: Sequence[Mapping[str, Any]]) -> Curves:
    """The curves of `metrics.jsonl` rows; of a step written twice (after a resume) the later row counts."""
    training = _points(metrics, "loss")
    validation = _points(metrics, "validation_loss")
    kept = _points([row for row in metrics if row.get("best")], "validation_loss")
    return Curves(training, validation, kept[-1] if kept else None)


def _points(metrics: Sequence[Mapping[str, Any]], key: str) -> tuple[Point, ...]:
    found = {float(row["step"]): float(row[key]) for row in metrics if row.get(key) is not None}
    return tuple((step, value) for step, value in sorted(found.items()) if isfinite(value))


def smoothed(points: Sequence[Point], keep: float = 0.6) -> list[Point]:
    """Exponential moving average without the pull towards zero at the start (Adam's bias correction)."""
    mean, weight, drawn = 0.0, 0.0, []
    for step, value in points:
        mean, weight = keep * mean + (1 - keep) * value, keep * weight + (1 - keep)
        drawn.append((step, mean / weight))
    return drawn


def loss_chart(metrics: Sequence[Mapping[str, Any]], width: int = 860, per: str = "answer token") -> Markup:
    """Raw training losses faint, their smoothed line, validation points. Empty where nothing was trained.

    `per` says of what the loss is a mean.
    """
    drawn = curves(metrics)
    every = [*drawn.training, *drawn.validation]
    if not every:
        return Markup("")
    height = 320 if width > 520 else 260
    across = Scale(0, max(step for step, _ in every), _LEFT, width - _RIGHT)
    upward = Scale(0, _ceiling([value for _, value in every]), height - _BOTTOM, _TOP)
    parts = [
        _axes(across, upward, width, per),
        *(dot(across(step), upward(value), 1.8, "raw") for step, value in drawn.training),
        path(((across(step), upward(value)) for step, value in smoothed(drawn.training)), "curve training"),
        path(((across(step), upward(value)) for step, value in drawn.validation), "curve validation"),
        *(dot(across(step), upward(value), 3.8, "dot validation") for step, value in drawn.validation),
        _best(drawn, across, upward, width),
    ]
    return svg(f"loss-{width}", "Loss over the training steps", _said(drawn), width, height, parts)


def _ceiling(losses: Sequence[float]) -> float:
    """The top of the scale: the first round tick that no loss passes."""
    top = max(losses)
    if top < 1e-9:
        return 1.0
    step = ticks(0, top)[1]
    return step * ceil(top / step)


def _axes(across: Scale, upward: Scale, width: int, per: str) -> Markup:
    drawn = [
        line(_LEFT, upward(value), width - _RIGHT, upward(value), "grid")
        + words(_LEFT - 8, upward(value) + 4, f"{value:g}", "tick", "end")
        for value in ticks(0, upward.high, 5)
    ]
    drawn += [
        words(across(step), upward.start + 18, count(step), "tick", "middle")
        for step in ticks(0, across.high, 7 if width > 520 else 5)
        if step == int(step)
    ]
    drawn.append(words(width - _RIGHT, upward.start + 36, "optimizer step", "tick", "end"))
    drawn.append(words(_LEFT - 36, _TOP - 12, f"loss per {per}", "tick"))
    return Markup("").join(drawn)


def _best(drawn: Curves, across: Scale, upward: Scale, width: int) -> Markup:
    if drawn.best is None:
        return Markup("")
    x, y = across(drawn.best[0]), upward(drawn.best[1])
    anchor = "end" if x > 0.6 * width else "start"
    text = f"best {loss(drawn.best[1])} at step {count(drawn.best[0])}"
    return dot(x, y, 8, "ring") + words(
        x + (4 if anchor == "end" else -4), max(y - 16, _TOP + 10), text, "mark", anchor
    )


def _said(drawn: Curves) -> str:
    said = []
    if drawn.training:
        said.append(f"Training loss from {loss(drawn.training[0][1])} to {loss(smoothed(drawn.training)[-1][1])}")
    if drawn.best:
        said.append(f"best validation loss {loss(drawn.best[1])} at step {count(drawn.best[0])}")
    return f"{'; '.join(said)}."
