"""Held-out preferences before and after training, in words and figures. Knows no models."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from finewright.base.results import Figure, PairFigures, Preferences
from finewright.flows.report.arms import Tile
from finewright.flows.report.wording import count, interval, p_value, percent, points

_MOST = 5
_LONGEST = 280
_NAMES = {
    "preferences": ("pairs in which the chosen answer is ahead", "chosen", "rejected"),
    "feedback": ("chance that a liked answer is ahead of a disliked one", "liked", "disliked"),
}


@dataclass(frozen=True, slots=True)
class Judged:
    """A held-out pair or rated answer: what was asked, the answers, and by how much training moved the right way.

    `before` and `after` are the margins in nats by which the preferred answer is the likelier one; of a rated answer,
    where there is no other, its own log-probability. `other` is the rejected answer, or the thumb.
    """

    asked: str
    answer: str
    other: str
    before: float
    after: float

    @property
    def moved(self) -> float:
        """Nats by which training moved."""
        return self.after - self.before


def preference_tiles(found: Preferences) -> list[Tile]:
    """Before, after, and what training moved."""
    return [
        Tile("Told before", percent(found.before.value), interval(found.before)),
        Tile("Told after", percent(found.after.value), f"{interval(found.after)}, p {p_value(found.p)}", "tuned"),
        Tile("Moved the right way", percent(found.moved.value), interval(found.moved)),
    ]


def preferences_section(found: Preferences | None, kind: str, judged: Sequence[Judged]) -> dict[str, Any] | None:
    """What the section shows: the figures, and the pairs that training moved most, either way."""
    if found is None:
        return None
    measure, preferred, other = _NAMES[kind]
    ordered = sorted(judged, key=lambda one: (one.moved, one.asked, one.answer))
    wrong = [one for one in ordered if one.moved < 0][:_MOST]
    right = [one for one in reversed(ordered) if one.moved > 0][:_MOST]
    return {
        "measure": measure,
        "preferred": preferred,
        "other": other,
        "rows": count(found.rows),
        "figures": [
            ("By the likelihood of the whole answer", _cell(found.before), _cell(found.after)),
            ("By the likelihood of its mean token", _cell(found.token_before), _cell(found.token_after)),
            ("By how much likelier training made it", "50.0 % by doing nothing", _cell(found.moved)),
        ],
        "change": f"{points(found.difference.value)} points "
        f"({points(found.difference.low)} to {points(found.difference.high)}, p {p_value(found.p)})",
        "margin": f"{found.margin:+.2f}",
        "shown": [("Moved most towards the preferred answer", [_line(one) for one in right])]
        + ([("Moved most the other way", [_line(one) for one in wrong])] if kind == "preferences" else []),
    }


def reward_said(found: PairFigures | None) -> dict[str, str] | None:
    """The reward model's accuracy as a cell, and in words how far its probabilities can be trusted."""
    if found is None:
        return None
    ties = f" {count(found.ties)} pairs had equal scores, which counts as wrong." if found.ties else ""
    return {
        "accuracy": _cell(found.accuracy),
        "said": "The reward model's probability of the answer it prefers is off by "
        f"{percent(found.calibration_error)} on average (by {percent(found.calibration_error_before)} before its "
        f"temperature was fitted).{ties}",
    }


def _line(of: Judged) -> Mapping[str, str]:
    texts = {"asked": of.asked, "answer": of.answer, "other": of.other}
    margins = {"before": f"{of.before:+.1f}", "after": f"{of.after:+.1f}"}
    return {name: _short(text) for name, text in texts.items()} | margins


def _short(text: str) -> str:
    """One paragraph, its end left out where it is long."""
    whole = " ".join(text.split())
    return whole if len(whole) <= _LONGEST else f"{whole[:_LONGEST]} …"


def _cell(figure: Figure) -> str:
    return f"{percent(figure.value)} ({interval(figure)})"
