"""Learning from rewards as the report shows it: the reward over the steps, its figures, and what was answered. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from markupsafe import Markup

from finewright.evaluate.judge.words import UNCHECKED
from finewright.flows.report.frame import Scale, dot, line, path, svg, ticks, words
from finewright.flows.report.loss_chart import Point, smoothed
from finewright.flows.report.wording import count, percent, plain
from finewright.train.rounds import Group, Round

_WIDE, _NARROW = 860, 360
_LEFT, _TOP, _BOTTOM, _RIGHT = 52, 28, 44, 16
_SHOWN, _ANSWERS, _LONGEST = 3, 4, 400

Row = Mapping[str, Any]

_FIGURES = (
    ("reward", "Reward", "number"),
    ("reward_spread", "Spread of rewards within a prompt's answers", "number"),
    ("alike", "Prompts whose answers were all rewarded alike", "share"),
    ("kl", "Divergence from the base, nats per token", "number"),
    ("entropy", "Entropy by the tokens sampled, nats per token", "number"),
    ("length", "Tokens per answer", "number"),
    ("cut", "Answers cut at their longest", "share"),
    ("clipped", "Held back by the clip", "share"),
    ("value_loss", "Loss of the value head", "number"),
)


@dataclass(frozen=True, slots=True)
class Answered:
    """A prompt with some of its rollouts: each answer with its reward and, where there are several, its parts."""

    text: str
    wanted: str
    where: str
    rollouts: list[tuple[str, str]]
    more: int


def rollouts_section(metrics: Sequence[Row], rounds: Sequence[Round]) -> dict[str, Any] | None:
    """What the section shows; None where nothing was learned from rewards. `rounds` are the first and the last."""
    steps = [row for row in metrics if "round" in row]
    if not steps:
        return None
    return {
        "charts": {"wide": reward_chart(metrics, _WIDE), "narrow": reward_chart(metrics, _NARROW)},
        "figures": _figures(steps),
        "note": UNCHECKED if any(key.startswith("reward/judge") for row in steps for key in row) else "",
        "rounds": [(_name(made, rounds), [_answered(group) for group in _shown(made)]) for made in rounds],
    }


def reward_chart(metrics: Sequence[Row], width: int) -> Markup:
    """Each step's mean reward faint, their smoothed line, and the held-out reward of greedy answers."""
    steps = _points([row for row in metrics if "round" in row], "reward")
    held_out = tuple((step, -loss) for step, loss in _points(metrics, "validation_loss"))
    kept = [(step, -loss) for step, loss in _points([row for row in metrics if row.get("best")], "validation_loss")]
    values = [value for _, value in (*steps, *held_out)]
    if not values:
        return Markup("")
    height = 320 if width > 520 else 260
    across = Scale(0, max(step for step, _ in (*steps, *held_out)), _LEFT, width - _RIGHT)
    upward = Scale(*_range(values), height - _BOTTOM, _TOP)
    parts = [
        _axes(across, upward, width),
        *(dot(across(step), upward(value), 1.8, "raw") for step, value in steps),
        path(((across(step), upward(value)) for step, value in smoothed(steps)), "curve training"),
        path(((across(step), upward(value)) for step, value in held_out), "curve validation"),
        *(dot(across(step), upward(value), 3.8, "dot validation") for step, value in held_out),
        *(dot(across(step), upward(value), 8, "ring") for step, value in kept[-1:]),
    ]
    return svg(f"reward-{width}", "Reward over the training steps", _said(held_out, kept), width, height, parts)


def _points(rows: Sequence[Row], key: str) -> tuple[Point, ...]:
    found = {float(row["step"]): float(row[key]) for row in rows if row.get(key) is not None}
    return tuple((step, value) for step, value in sorted(found.items()) if isfinite(value))


def _range(values: Sequence[float]) -> tuple[float, float]:
    """The ends of the scale: 0 is among them, and there is some way between them."""
    low, high = min(0.0, *values), max(0.0, *values)
    return (low, high) if high - low > 1e-9 else (low, low + 1)


def _axes(across: Scale, upward: Scale, width: int) -> Markup:
    drawn = [
        line(_LEFT, upward(value), width - _RIGHT, upward(value), "grid")
        + words(_LEFT - 8, upward(value) + 4, f"{value:g}", "tick", "end")
        for value in ticks(upward.low, upward.high, 5)
    ]
    drawn += [
        words(across(step), upward.start + 18, count(step), "tick", "middle")
        for step in ticks(0, across.high, 7 if width > 520 else 5)
        if step == int(step)
    ]
    drawn.append(words(width - _RIGHT, upward.start + 36, "optimizer step", "tick", "end"))
    drawn.append(words(_LEFT - 40, _TOP - 12, "mean reward", "tick"))
    return Markup("").join(drawn)


def _said(held_out: Sequence[Point], kept: Sequence[Point]) -> str:
    if not held_out:
        return ""
    said = f"Held-out reward {held_out[0][1]:.3f} before training"
    return f"{said}, {kept[-1][1]:.3f} with the weights kept, of step {count(kept[-1][0])}." if kept else f"{said}."


def _figures(steps: Sequence[Row]) -> list[tuple[str, str, str, str]]:
    """(name, first step, mean of all, last step) of each figure there is, every part of the reward among them."""
    named = [(key, f"Reward: {key.removeprefix('reward/')}", "number") for key in steps[0] if key.startswith("reward/")]
    figures = (_FIGURES[0], *(named if len(named) > 1 else ()), *_FIGURES[1:])
    return [
        _figure(name, [row[key] for row in steps if key in row], kind)
        for key, name, kind in figures
        if _has(steps, key)
    ]


def _has(steps: Sequence[Row], key: str) -> bool:
    return any(key in row for row in steps)


def _figure(name: str, values: Sequence[float], kind: str) -> tuple[str, str, str, str]:
    def said(value: float) -> str:
        return percent(value) if kind == "share" else f"{value:.3g}"

    return name, said(values[0]), said(sum(values) / len(values)), said(values[-1])


def _name(made: Round, rounds: Sequence[Round]) -> str:
    if len(rounds) == 1:
        return "The only round"
    return "First round" if made is rounds[0] else f"Last round (number {count(made.number + 1)})"


def _shown(made: Round) -> list[Group]:
    """Some groups: those with spread before those without, each in order."""
    return sorted(made.groups, key=lambda group: group.alike)[:_SHOWN]


def _answered(group: Group) -> Answered:
    best_first = sorted(group.rollouts, key=lambda one: -one.reward)
    shown = _spread(best_first)
    said = [(_cut(one.text), _rewarded(one.reward, one.rewards)) for one in shown]
    return Answered(_cut(group.text), group.wanted, group.where, said, len(best_first) - len(shown))


def _spread(rollouts: Sequence[Any]) -> list[Any]:
    """So many as are shown, from the best to the worst at even distances."""
    if len(rollouts) <= _ANSWERS:
        return list(rollouts)
    last = len(rollouts) - 1
    return [rollouts[round(place * last / (_ANSWERS - 1))] for place in range(_ANSWERS)]


def _rewarded(reward: float, parts: Mapping[str, float]) -> str:
    said = f"{reward:.3g}"
    return said if len(parts) < 2 else f"{said} ({plain({name: round(value, 3) for name, value in parts.items()})})"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}\N{HORIZONTAL ELLIPSIS}"
