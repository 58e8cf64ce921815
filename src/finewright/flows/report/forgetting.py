"""What training did to the base's general knowledge, in words and figures. Knows no models."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from finewright.base.results import Change, Forgetting
from finewright.evaluate.perplexity import change_said
from finewright.flows.report.wording import count, duration, percent, points

_ACCEPTED = {"kept": "Kept", "lost": "Lost", "cannot tell": "Cannot tell"}
_TONES = {"kept": "better", "lost": "no-better", "cannot tell": "cannot-tell"}


@dataclass(frozen=True, slots=True)
class Line:
    """One figure before and after, its change with both bounds, the loss accepted beforehand, and the outcome."""

    name: str
    before: str
    after: str
    change: str
    interval: str
    accepted: str
    outcome: str
    tone: str


def forgetting_section(found: Forgetting | None, training: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the section shows; None where nothing was trained or measuring was switched off."""
    if found is None:
        return None
    changes = [change for change in (found.accuracy, found.perplexity) if change]
    lines = [_accuracy(found.accuracy)] if found.accuracy else []
    lines += [_perplexity(found.perplexity)] if found.perplexity else []
    return {
        "lines": lines,
        "said": [change.sentence for change in changes],
        "lost": [change.sentence for change in changes if change.outcome == "lost"],
        "why_not": found.why_not,
        "notes": [*_replay(training), *_seconds(found)],
    }


def _accuracy(of: Change) -> Line:
    return Line(
        f"Right answers to {count(of.rows)} general questions",
        percent(of.before),
        percent(of.after),
        f"{points(of.difference)} points",
        f"{points(of.low)} to {points(of.high)}",
        f"{100 * of.margin:g} points less",
        _ACCEPTED[of.outcome],
        _TONES[of.outcome],
    )


def _perplexity(of: Change) -> Line:
    return Line(
        f"Perplexity of a general text, {count(of.rows)} windows",
        f"{of.before:.2f}",
        f"{of.after:.2f}",
        change_said(of.difference),
        f"{change_said(of.low)} to {change_said(of.high)}",
        f"{100 * of.margin:g}% more",
        _ACCEPTED[of.outcome],
        _TONES[of.outcome],
    )


def _replay(training: Mapping[str, Any]) -> list[str]:
    number = training.get("general_examples", 0)
    if not number:
        return []
    return [f"{count(number)} general example{'' if number == 1 else 's'} were replayed during training."]


def _seconds(found: Forgetting) -> list[str]:
    if not (found.accuracy or found.perplexity):
        return []
    return [
        f"Measuring took {duration(found.base_seconds)} for the base, whose answers are kept for later runs, "
        f"and {duration(found.seconds)} after training."
    ]
