"""How findings meet what a set says is there: by characters, per type, with intervals over whole templates.

A span that is there counts as found where findings of its type cover at least half of its characters; a finding counts
as right where at least half of its characters lie in spans of its type. So an address in three pieces on one side and
in one on the other is neither three faults nor one. F2 is that of these two shares, with beta 2.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from finewright.evaluate.statistics.intervals import wilson

CONFIDENCE = 0.95
DRAWS = 2_000
Numbers = np.ndarray[Any, np.dtype[np.float64]]

GOLD = {
    "PERSON": "person", "ORGANIZATION": "organisation", "STREET_ADDRESS": "location", "GPE": "location",
    "ZIP_CODE": "location", "EMAIL_ADDRESS": "email", "PHONE_NUMBER": "phone", "CREDIT_CARD": "card",
    "IBAN_CODE": "iban", "US_SSN": "ssn", "IP_ADDRESS": "ip",
}  # fmt: skip
"""Types of presidio-research that both know, and under which name they are compared."""
OURS = {
    "person": "person", "company": "organisation", "address": "location", "place": "location", "email": "email",
    "phone": "phone", "payment_card": "card", "iban": "iban", "ssn": "ssn", "ip": "ip",
}  # fmt: skip
PRESIDIO = {
    "PERSON": "person", "ORGANIZATION": "organisation", "LOCATION": "location", "EMAIL_ADDRESS": "email",
    "PHONE_NUMBER": "phone", "CREDIT_CARD": "card", "IBAN_CODE": "iban", "US_SSN": "ssn", "IP_ADDRESS": "ip",
}  # fmt: skip


class Span(NamedTuple):
    """Where something is, and of which compared type."""

    start: int
    end: int
    kind: str


class Meeting(NamedTuple):
    """Of one row: spans there, those found, those found as anything, findings, those right; by type."""

    there: Counter[str]
    found: Counter[str]
    seen: Counter[str]
    given: Counter[str]
    right: Counter[str]


def compared(spans: Sequence[tuple[int, int, str]], names: Mapping[str, str]) -> list[Span]:
    """The spans of types that are compared, under their common names."""
    return [Span(start, end, names[kind]) for start, end, kind in spans if kind in names]


def met(there: Sequence[Span], given: Sequence[Span], anything: Sequence[tuple[int, int, str]] = ()) -> Meeting:
    """`anything`: the findings of every type, compared or not, for what was found at all."""
    every = [Span(start, end, "") for start, end, _ in anything]
    return Meeting(
        Counter(one.kind for one in there),
        Counter(one.kind for one in there if _covered(one, given)),
        Counter(one.kind for one in there if _covered(one._replace(kind=""), every)),
        Counter(one.kind for one in given),
        Counter(one.kind for one in given if _covered(one, there)),
    )


def _covered(span: Span, others: Sequence[Span]) -> bool:
    covered: set[int] = set()
    for other in others:
        if other.kind == span.kind:
            covered.update(range(max(span.start, other.start), min(span.end, other.end)))
    return 2 * len(covered) >= span.end - span.start


def table(meetings: Sequence[Meeting], groups: Sequence[Any]) -> dict[str, dict[str, Any]]:
    """Recall, precision and F2 per type and over all, each with its 95 % interval: a percentile bootstrap that draws
    whole groups (templates), and Wilson's beside it for recall and precision."""
    kinds = sorted({kind for meeting in meetings for kind in meeting.there + meeting.given})
    names = sorted(set(groups))
    place = {group: number for number, group in enumerate(names)}
    drawn = np.random.default_rng(0).multinomial(len(names), np.full(len(names), 1 / len(names)), size=DRAWS)
    made = {}
    for kind in [*kinds, "all"]:
        sums = np.zeros((len(names), 5))
        for meeting, group in zip(meetings, groups, strict=True):
            sums[place[group]] += [part.total() if kind == "all" else part[kind] for part in meeting]
        made[kind] = _figures(sums.sum(0), drawn @ sums)
    return made


def _figures(counts: Numbers, draws: Numbers) -> dict[str, Any]:
    there, found, seen, given, right = (int(count) for count in counts)
    values, drawn = _shares(counts[None])[:, 0], _shares(draws)
    return {
        "there": there,
        "found": found,
        "found_as_anything": seen,
        "given": given,
        "right": right,
        **{name: _interval(values[at], drawn[at]) for at, name in enumerate(("recall", "precision", "f2"))},
        "recall_wilson": wilson(found, there, CONFIDENCE) if there else None,
        "precision_wilson": wilson(right, given, CONFIDENCE) if given else None,
    }


def _interval(value: float, drawn: Numbers) -> dict[str, float] | None:
    """A share and its interval, over the draws in which it is defined; None where it is not."""
    if np.isnan(value):
        return None
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return {"value": float(value), "low": float(low), "high": float(high)}


def _shares(sums: Numbers) -> Numbers:
    """(3, draws): recall, precision and F2 of summed counts (draws, 5); not a number where nothing is shared."""
    there, found, _, given, right = sums.T
    with np.errstate(divide="ignore", invalid="ignore"):
        recall, precision = found / there, right / given
        f2 = 5 * precision * recall / (4 * precision + recall)
    return np.stack([recall, precision, np.where((there > 0) & (found == 0), 0.0, f2)])
