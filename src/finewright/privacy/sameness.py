"""What was found in one place of an example, found again in its other places, where nothing else gives it away.

An invoice number stands behind its word in the question and bare in the answer; were it replaced in one of them alone,
or in each by another, the example would teach a wrong answer. Knows no recogniser and no surrogate.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from finewright.base.recipe_privacy import OWN
from finewright.privacy.finding import Finding

_LEAST_OF_NUMBERS, _LEAST_OF_WORDS = 5, 6
"""Letters and digits that a number, and a single word, must have to be told again by itself."""
SIGNS = re.compile(r"[\W_]+")
"""What is neither letter nor digit."""
_SEPARATOR, _SPACE = r"[ \u00a0.\-/]?", r"\s+"
NAMES = frozenset({"person", "company", "address", "place"})
"""Kinds that have no form of their own."""
_NUMBERS = frozenset({"invoice", "order", "customer", "case", "account"})
"""Kinds that are written with and without what stands before their number: INV-2024017 and 2024017."""


class Known:
    """Identifiers of one example as they were written, to be found again in any of its texts, each as the same."""

    def __init__(self, found: Iterable[tuple[Finding, str]]) -> None:
        """`found` are findings, each with what stood there. Of two kinds that one text is told for the surer counts."""
        self._kinds: dict[str, Finding] = {}
        ways: dict[str, str] = {}
        for finding, surface in sorted(found, key=lambda one: (-one[0].proved, one[0].kind in NAMES, -one[0].score)):
            self._kinds.setdefault(_letters(surface), finding)
            if (way := _way(surface)) is not None:
                ways.setdefault(_letters(surface), way)
        self._ways = ways
        self._made: dict[str, re.Pattern[str]] = {}

    def again(self, text: str, there: Sequence[Finding]) -> list[Finding]:
        """The findings of a text, each of the kind that its example knows it by, and those added that overlap none.

        A number that its example knows whole takes the place of a part of it, and of a name that it runs into: names
        are told by likelihood alone, and a number that is replaced here and not there makes a wrong answer.
        """
        added = list(there)
        bare = _bare(text)
        for letters in self._ways:
            if bare is not None and letters.isascii() and letters.casefold() not in bare:
                continue
            known = self._kinds[letters]
            for match in self._pattern(letters).finditer(text):
                start, end = match.span()
                met = [one for one in added if one.start < end and start < one.end]
                if all(_gives_way(one, known, start, end) for one in met):
                    added = [one for one in added if one not in met]
                    added.append(replace(known, start=start, end=end))
        return sorted((self._same(text, finding) for finding in added), key=lambda one: one.start)

    def _same(self, text: str, finding: Finding) -> Finding:
        surface = text[finding.start : finding.end]
        if (known := self._core(finding, surface)) is not None:
            return known
        same = self._kinds.get(_letters(surface))
        return finding if same is None else replace(same, start=finding.start, end=finding.end)

    def _pattern(self, letters: str) -> re.Pattern[str]:
        """Finds one of them; made when first asked for, which takes longer than to see that it cannot be there."""
        if letters not in self._made:
            self._made[letters] = re.compile(self._ways[letters], _flags(letters))
        return self._made[letters]

    def _core(self, finding: Finding, surface: str) -> Finding | None:
        """The number within a finding that the example knows by itself as well."""
        if not _is_number(finding):
            return None
        bare = _letters(surface)
        for letters in self._ways:
            known = self._kinds[letters]
            shorter = len(letters) < len(bare) and _is_number(known)
            if shorter and (match := self._pattern(letters).search(surface)):
                start, end = match.span()
                return replace(known, start=finding.start + start, end=finding.start + end)
        return None


def _gives_way(there: Finding, known: Finding, start: int, end: int) -> bool:
    """Whether a finding gives way to a known one at this place: a part to the whole, and a name to a number."""
    if there.kind in NAMES and known.kind not in NAMES:
        return True
    return start <= there.start and there.end <= end and end - start > there.end - there.start


def _is_number(finding: Finding) -> bool:
    return finding.kind in _NUMBERS or finding.kind.startswith(OWN)


def _bare(text: str) -> str | None:
    """The letters and digits of a text in one case: whatever is found again stands in them. None where letters are not
    all ASCII, which patterns and strings may fold in different ways."""
    return SIGNS.sub("", text).casefold() if text.isascii() else None


def _letters(surface: str) -> str:
    """Letters and digits; of a number in one case, since INV-7 and inv 7 are one, of words as they are."""
    letters = SIGNS.sub("", surface)
    return letters.casefold() if _numbered(letters) else letters


def _numbered(letters: str) -> bool:
    return any(letter.isdigit() for letter in letters)


def _flags(letters: str) -> re.RegexFlag:
    return re.IGNORECASE if _numbered(letters) else re.NOFLAG


def _way(surface: str) -> str | None:
    """How it may stand elsewhere: a number with other separators, words as they are; None where it is too short."""
    letters = _letters(surface)
    if _numbered(letters):
        if len(letters) < _LEAST_OF_NUMBERS:
            return None
        # A number that goes on behind a point or comma is an amount.
        return rf"(?<!\w)(?<!\d[.,]){_SEPARATOR.join(map(re.escape, letters))}(?!\w)(?![.,]\d)"
    words = surface.split()
    if len(words) < 2 and len(letters) < _LEAST_OF_WORDS:
        return None
    return rf"(?<!\w){_SPACE.join(map(re.escape, words))}(?!\w)" if words else None
