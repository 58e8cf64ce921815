"""A recogniser made ready to read: where its candidates can begin, what its words say of them, and how sure it is.

Most forms begin with a certain character where a run of letters and digits begins, or with a certain word. Such a form
need not be searched for by itself: one walk over the tokens of a text serves all of them (`detector`). With which
characters a form begins is read off its pattern; its words it names itself.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import takewhile

from finewright.privacy.finding import Finding
from finewright.privacy.recogniser import Recogniser
from finewright.privacy.wording import header_names, header_words, words_pattern

_ONE = r"\[[^\]\\^]+\]|\\\+|[A-Za-z0-9]"
_LEAD = re.compile(rf"(?P<first>{_ONE})\(\?<!\[\^\\W_\](?P<held>{_ONE})\)")
_DIGITS = frozenset("0123456789")
_LONGEST_RETRIED = 256

LONGEST = 8
"""Characters of a word's beginning that are looked at."""


class Reader:
    """One recogniser, for one detector.

    prefixes  how, case folded, the tokens begin at which matches begin; empty: not known
    firsts    the characters of which one begins every match, behind no letter or digit; empty: not known
    needs     characters of which a text must hold one, in order; those that a match begins with need no other gate
    led       whether one of them is known, so that matches begin where tokens do; otherwise the pattern is searched for
    """

    def __init__(self, recogniser: Recogniser, threshold: float) -> None:
        self.recogniser = recogniser
        self.firsts = _firsts(recogniser.pattern)
        self.prefixes = _prefixes(recogniser.begins)
        self.led = bool(self.firsts or self.prefixes)
        self.needs = self._needs()
        self.match = recogniser.pattern.match
        self._search = recogniser.pattern.search
        self._threshold = threshold
        self._group = "value" if "value" in recogniser.pattern.groupindex else 0
        self._context = words_pattern(recogniser.context)
        self._against = words_pattern(recogniser.against) if recogniser.against else None
        self._has_words = bool(recogniser.context) and recogniser.near >= threshold
        self.needs_header = recogniser.alone < threshold and not self._has_words

    def _needs(self) -> str:
        needs = frozenset(self.recogniser.needs)
        if self.firsts and self.firsts <= _DIGITS:
            needs = _DIGITS
        elif self.firsts and self.firsts <= needs:
            needs = frozenset()
        return "".join(sorted(needs))

    def under(self, header: str) -> bool:
        """Whether a column of this header holds such identifiers."""
        if not header:
            return False
        if not self.recogniser.headers.isdisjoint(header_names(header)):
            return True
        return self._has_words and self._context.search(header_words(header)) is not None

    def searched(self, text: str, header: str) -> Iterator[Finding]:
        """What the recogniser takes of a text, searched from its beginning to its end."""
        match = self._search(text)
        while match is not None:
            resume, finding = self.taken(match, header)
            if finding is not None:
                yield finding
            match = self._search(text, resume)

    def taken(self, match: re.Match[str], header: str) -> tuple[int, Finding | None]:
        """Where to look on behind a match, and what it is, if anything. Behind a refused candidate that is within it: a
        number that seems to begin earlier hides none."""
        start, end = match.span(self._group)
        value = self.recogniser.check(match.string[start:end]) if end > start else None
        first, last = match.span()
        if value is None:
            return first + 1 if last - first <= _LONGEST_RETRIED else last, None
        score = self._score(match.string, start, header)
        if score < self._threshold:
            return last, None
        return last, Finding(start, end, self.recogniser.kind, value, score, self.recogniser.proves)

    def _score(self, text: str, start: int, header: str) -> float:
        """How sure the words that stand by make it; 0 where they say that it is something else."""
        recogniser = self.recogniser
        if recogniser.near <= recogniser.alone and self._against is None:
            return recogniser.alone
        before = text[max(0, start - recogniser.reach) : start].casefold()
        said = _last(self._context, before)
        if self._against is not None and _last(self._against, before) > said:
            return 0.0
        if said >= 0 or self.under(header):
            return max(recogniser.near, recogniser.alone)
        if self._against is not None and header and self._against.search(header_words(header)):
            return 0.0
        return recogniser.alone


def _last(words: re.Pattern[str], text: str) -> int:
    """Where the last of the words ends; -1 without any."""
    return max((match.end() for match in words.finditer(text)), default=-1)


def _firsts(pattern: re.Pattern[str]) -> frozenset[str]:
    """The characters with which a pattern begins, if it says itself that no letter or digit stands before them."""
    lead = _LEAD.match(pattern.pattern)
    if lead is None or pattern.flags & re.IGNORECASE or "|" in _outside_groups(pattern.pattern):
        return frozenset()
    firsts = _members(lead["first"])
    return firsts if firsts <= _members(lead["held"]) else frozenset()


def _members(written: str) -> frozenset[str]:
    """The characters of a class without escapes, or of a single character."""
    if not written.startswith("["):
        return frozenset(written[-1])
    inner = written[1:-1]
    ranges = re.findall(r"(.)-(.)", inner)
    single = re.sub(r".-.", "", inner)
    return frozenset(single).union(*(map(chr, range(ord(low), ord(high) + 1)) for low, high in ranges))


def _outside_groups(pattern: str) -> str:
    """What of a pattern stands in no group and no class: an alternative there would begin in another way."""
    flat = re.sub(r"\\.", "", pattern, flags=re.DOTALL)
    flat = re.sub(r"\[\^?\]?[^\]]*\]", "", flat)
    while (inner := re.sub(r"\([^()]*\)", "", flat)) != flat:
        flat = inner
    return flat


def _prefixes(words: Iterable[str]) -> frozenset[str]:
    """How a token begins with which one of the words begins; the joints of a word may be left out."""
    parts = [word.casefold().split(" ") for word in words]
    joined = ["".join(one[:count]) for one in parts for count in range(1, len(one) + 1)]
    begun = [_begun(one) for one in joined]
    return frozenset(begun) if all(begun) else frozenset()


def _begun(word: str) -> str:
    """The letters and digits with which a word begins, as far as they fold back from capitals to what they were."""
    return "".join(takewhile(lambda one: one.isalnum() and one.upper().casefold() == one, word[:LONGEST]))
