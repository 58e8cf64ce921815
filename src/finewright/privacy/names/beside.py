"""Names cut back to where no number of a sure form stands: a tag is a likelihood, and a checksum or a word beside a
number is more. Knows no recogniser."""

from collections.abc import Iterable, Sequence

from finewright.privacy.finding import Finding
from finewright.privacy.names.tidying import written

FIRM = 0.7
"""The score from which a form counts as sure: a checksum, a word of its kind beside it, or a rare form."""
_LEAST = 3
"""Letters that must be left of a name."""


def beside(named: Iterable[Finding], forms: Sequence[Finding], text: str) -> list[Finding]:
    """The names of a text, of each that runs into a sure form the longest part that does not, where there is one."""
    firm = [one for one in forms if one.proved or one.score >= FIRM]
    if not firm:
        return list(named)
    return [cut for one in named if (cut := _cut(one, firm, text)) is not None]


def _cut(name: Finding, firm: Sequence[Finding], text: str) -> Finding | None:
    met = sorted((one.start, one.end) for one in firm if one.start < name.end and name.start < one.end)
    if not met:
        return name
    edges = [name.start, *(edge for span in met for edge in span), name.end]
    start, end = max(zip(edges[::2], edges[1::2], strict=True), key=lambda part: part[1] - part[0])
    part = text[start:end] if start < end else ""
    kept = part.strip(" \t\n,;:/|-#.()")
    if sum(map(str.isalpha, kept)) < _LEAST:
        return None
    start += part.index(kept)
    return Finding(start, start + len(kept), name.kind, written(kept), name.score)
