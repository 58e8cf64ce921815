"""How many answers keep the team's rules, before training and after, in words and figures. Knows no models."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from finewright.base.results import Compliance, Figure
from finewright.flows.report.examples import clipped
from finewright.flows.report.wording import count, interval, percent

_EXAMPLES = 3
_TITLES = {
    "drafts": "Drafts by people",
    "before": "The base, before training",
    "after": "The tuned model",
    "approved": "Approved answers",
}


@dataclass(frozen=True, slots=True)
class Replied:
    """One held-out prompt: where it is from, both answers and what each does against the rules.

    `approved` is the answer that people approved, empty where there is none.
    """

    where: str
    prompt: str
    approved: str
    before: str
    after: str
    broken_before: tuple[str, ...]
    broken_after: tuple[str, ...]


def compliance_section(found: Compliance | None, lines: Sequence[Replied]) -> dict[str, Any] | None:
    """What the section shows; None where there are no rules."""
    if found is None:
        return None
    figures = {"drafts": found.drafts, "before": found.before, "after": found.after, "approved": found.approved}
    shown = {key: of for key, of in figures.items() if of is not None}
    return {
        "sentence": found.sentence,
        "shares": [_share(key, of) for key, of in shown.items()],
        "columns": [_TITLES[key] for key in shown],
        "breaches": [(of.rule, [count(getattr(of, key)) for key in shown]) for of in found.breaches],
        "caution": _caution(found.approved),
        "examples": [_example(line) for line in _telling(lines)],
    }


def _share(key: str, of: Figure) -> tuple[str, str, str, str, str]:
    """Title, role, share, interval and rows of one line of the table."""
    role = "tuned" if key == "after" else ""
    return _TITLES[key], role, percent(of.value), interval(of), count(of.rows)


def _caution(approved: Figure | None) -> str:
    """What to say where rules and approvals do not agree: the rules are the more likely to be wrong."""
    if approved is None or approved.value == 1:
        return ""
    broken = round(approved.rows * (1 - approved.value))
    texts = "1 approved answer breaks" if broken == 1 else f"{count(broken)} approved answers break"
    return f"{texts} a rule: the rules ask for more than was asked of people, or an approval was a slip."


def _telling(lines: Sequence[Replied]) -> list[Replied]:
    """Up to three lines: two that training mended and one that it spoilt, as far as there are such; then any."""
    mended = [line for line in lines if line.broken_before and not line.broken_after]
    spoilt = [line for line in lines if line.broken_after and not line.broken_before]
    alike = [line for line in lines if bool(line.broken_before) == bool(line.broken_after)]
    first = 2 if spoilt else _EXAMPLES
    return [*mended[:first], *spoilt[:1], *mended[first:], *spoilt[1:], *alike][:_EXAMPLES]


def _example(line: Replied) -> dict[str, Any]:
    return {
        "where": line.where,
        "prompt": clipped(line.prompt),
        "approved": clipped(line.approved),
        "answers": [
            ("Before", clipped(line.before) or "(empty)", ", ".join(line.broken_before)),
            ("After", clipped(line.after) or "(empty)", ", ".join(line.broken_after)),
        ],
    }
