"""Held-out documents before and after continued pretraining, in words and figures. Knows no models."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp
from typing import Any

from finewright.base.results import Perplexity
from finewright.evaluate.perplexity import change_said
from finewright.flows.report.arms import Tile
from finewright.flows.report.wording import count, p_value

_MOST = 100


@dataclass(frozen=True, slots=True)
class Line:
    """A held-out document: where it is from, its mean log-likelihood (nats per token) before and after, its tokens."""

    where: str
    before: float
    after: float
    tokens: int


def perplexity_tiles(found: Perplexity) -> list[Tile]:
    """Perplexity before, after, and the change with its interval."""
    interval = f"{change_said(found.low)} to {change_said(found.high)}, p {p_value(found.p)}"
    return [
        Tile("Perplexity before", f"{found.before:.2f}", f"{count(found.documents)} held-out documents"),
        Tile("Perplexity after", f"{found.after:.2f}", f"{count(found.tokens)} predicted tokens", "tuned"),
        Tile("Change", change_said(found.change), interval),
    ]


def perplexity_section(found: Perplexity | None, lines: Sequence[Line]) -> dict[str, Any] | None:
    """What the section shows: each document with its perplexities, at most a hundred, the most changed first."""
    if found is None:
        return None
    ordered = sorted(lines, key=lambda line: (-abs(line.after - line.before), line.where))
    rows = [
        (
            line.where,
            count(line.tokens),
            f"{exp(-line.before):.2f}",
            f"{exp(-line.after):.2f}",
            change_said(exp(line.before - line.after) - 1),
        )
        for line in ordered[:_MOST]
    ]
    fell = sum(line.after > line.before for line in lines)
    return {"rows": rows, "total": len(lines), "fell": count(fell)}
