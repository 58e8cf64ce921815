"""What a made-up example must not be: somebody's after all, a near copy of a real one, or one that is there already.

Each is searched again as real ones are. What is found must be made of words and numbers that were issued for it, no
word or number that was replaced may stand in it, and no real input may be as near as the threshold.
"""

import re
from collections.abc import Sequence
from typing import Literal

from finewright.base.nearness import near_pairs, normalised
from finewright.privacy.synthesis.candidate import Candidate
from finewright.privacy.synthesis.rewriting import Rewriting, texts

Reason = Literal["leaks", "found", "near", "repeat"]
_TOKEN = re.compile(r"[^\W_]+")
_LEAST = 3
"""Letters or digits from which on a part of what was replaced may not stand in what was made."""


def screened(
    candidates: Sequence[Candidate], real: Sequence[str], near: float, rewriting: Rewriting
) -> list[Reason | None]:
    """For each candidate why it must be dropped, or None. `real` are the inputs of all real rows; `near` in (0, 1] is
    the Jaccard similarity of character 5-grams from which two inputs count as near."""
    reasons = [_told(candidate, rewriting) for candidate in candidates]
    too_near = {at for at, _, _ in near_pairs([one.record.text for one in candidates], real, near)}
    seen: set[str] = set()
    return [
        reason or ("near" if at in too_near else _repeated(candidate, seen))
        for at, (candidate, reason) in enumerate(zip(candidates, reasons, strict=True))
    ]


def _told(candidate: Candidate, rewriting: Rewriting) -> Reason | None:
    issued = {token for _, new in candidate.issued for token in _tokens(new)}
    lost = {token for old, new in candidate.issued for token in _tokens(old) - _tokens(new) if len(token) >= _LEAST}
    said = {token for text in texts(candidate.record) for token in _tokens(text)}
    if said & (lost - issued):
        return "leaks"
    if any(_tokens(surface) - issued for _, surface in rewriting.found(candidate.record)):
        return "found"
    return None


def _repeated(candidate: Candidate, seen: set[str]) -> Reason | None:
    text = normalised(candidate.record.text)
    if text in seen:
        return "repeat"
    seen.add(text)
    return None


def _tokens(text: str) -> set[str]:
    return {token[0].casefold() for token in _TOKEN.finditer(text)}
