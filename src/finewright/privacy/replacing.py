"""Findings replaced in texts, so that doing it twice changes nothing more. Knows a scope, and no file and no model.

What a scope has issued is left alone, text by text and value by value (`Issued` says how surely). What a replacement
itself makes look like a new identifier is replaced too, until nothing new is found, in at most `ROUNDS` rounds.
"""

import math
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence

from finewright.privacy.finding import Finding
from finewright.privacy.scope import Scope
from finewright.privacy.surrogates.kinds import made
from finewright.privacy.surrogates.surrogate import Surrogate
from finewright.privacy.surrogates.writing import plain

ROUNDS = 4
_CACHED = 1 << 16
_WIDE = 1e300
_TEXT = "text "
_WORD, _DIGIT = re.compile(r"[^\W\d_]+"), re.compile(r"\d")

Span = tuple[int, int]

Find = Callable[[str], Sequence[Finding]]
Note = Callable[[Finding, str, str], None]
"""(finding, surface, surrogate) of everything that was replaced, for a vault or a report."""


class Replacing:
    """Surrogates of one scope. `own` holds a team's patterns by kind; `note` is told of each replacement."""

    def __init__(
        self, scope: Scope, own: Mapping[str, re.Pattern[str]] | None = None, note: Note | None = None
    ) -> None:
        self._scope, self._own, self._note = scope, own or {}, note
        self._known: dict[tuple[str, str, str], Surrogate] = {}

    def surrogate(self, finding: Finding, surface: str) -> str:
        """What takes the place of `surface`; a surrogate that the scope has issued stays as it is."""
        return self._replaced(finding, surface).text

    def text(self, text: str, findings: Sequence[Finding], find: Find | None = None) -> str:
        """`text` with its findings replaced; with `find`, until it finds nothing else. Findings ascend, none overlap.

        A text that the scope has issued, and that could hardly be another's, comes back as it is.
        """
        if not findings or self._scope.issued.knows(_TEXT + text):
            return text
        made, new, ours = self._once(text, findings, [])
        for _ in range(ROUNDS if find else 0):
            more = [finding for finding in find(new) if not _within(finding, ours)] if find else []
            if not more:
                break
            _, new, ours = self._once(new, more, ours)
        space = math.prod(surrogate.space for surrogate in made)
        self._scope.issued.add(_TEXT + new, _TEXT + _blanked(text, findings), min(space, _WIDE))
        return new

    def _replaced(self, finding: Finding, surface: str) -> Surrogate:
        names = (finding.kind, finding.value, surface)
        if names not in self._known:
            if len(self._known) >= _CACHED:
                self._known.clear()
            self._known[names] = self._decided(finding, surface)
        new = self._known[names]
        if self._note is not None and new.text != surface:
            self._note(finding, surface, new.text)
        return new

    def _decided(self, finding: Finding, surface: str) -> Surrogate:
        new, issued = made(self._scope.keyed, finding, surface, self._own), self._scope.issued
        if issued.knows(_unit(surface)):
            return Surrogate(surface, new.space)
        issued.add(_unit(new.text), f"{finding.kind} {_shape(new.text)}", new.space)
        return new

    def _once(
        self, text: str, findings: Sequence[Finding], ours: Sequence[Span]
    ) -> tuple[list[Surrogate], str, list[Span]]:
        """What was put in, the new text, and where in it surrogates stand, those of earlier rounds among them."""
        new = [self._replaced(one, text[one.start : one.end]) for one in findings]
        pieces, spans, read, length = [], [], 0, 0
        for finding, surrogate in zip(findings, new, strict=True):
            pieces += [text[read : finding.start], surrogate.text]
            length += finding.start - read + len(surrogate.text)
            spans.append((length - len(surrogate.text), length))
            read = finding.end
        return new, "".join([*pieces, text[read:]]), sorted([*spans, *_moved(ours, findings, new)])


def replace(text: str, findings: Sequence[Finding], scope: Scope) -> str:
    """`text` with its findings replaced by the surrogates of a scope; texts that it has issued stay as they are."""
    return Replacing(scope).text(text, findings)


def _within(finding: Finding, spans: Sequence[Span]) -> bool:
    """Whether a finding lies inside one of the ascending spans."""
    before = bisect_right(spans, (finding.start, math.inf)) - 1
    return before >= 0 and finding.end <= spans[before][1]


def _moved(spans: Sequence[Span], findings: Sequence[Finding], new: Sequence[Surrogate]) -> Iterator[Span]:
    """Where ascending spans are once the findings are replaced; those that a finding meets are gone."""
    by, at = 0, 0
    for start, end in spans:
        while at < len(findings) and findings[at].end <= start:
            by += len(new[at].text) - (findings[at].end - findings[at].start)
            at += 1
        if at == len(findings) or findings[at].start >= end:
            yield start + by, end + by


def _unit(surface: str) -> str:
    """What an issued value is known by: its letters and digits."""
    return "value " + (plain(surface) or surface)


def _shape(text: str) -> str:
    """What values of one family share: words as one letter, digits one by one."""
    return _DIGIT.sub("0", _WORD.sub("a", text))


def _blanked(text: str, findings: Sequence[Finding]) -> str:
    """What texts of one family share: all but what was found."""
    pieces, read = [], 0
    for finding in findings:
        pieces += [text[read : finding.start], f"\0{finding.kind} {_shape(text[finding.start : finding.end])}\0"]
        read = finding.end
    return "".join([*pieces, text[read:]])
