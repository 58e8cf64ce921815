"""All recognisers over one text: folded, found, and no two findings overlapping. Knows no kind of identifier."""

import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import chain
from operator import itemgetter

from finewright.privacy.finding import Finding
from finewright.privacy.folding import Folded, fold
from finewright.privacy.names.beside import beside
from finewright.privacy.reader import LONGEST, Reader
from finewright.privacy.recogniser import THRESHOLD, Recogniser

Names = Callable[[Sequence[str], Sequence[str]], list[list[Finding]]]
"""Finds names in folded texts, each a cell under a column header where it has one; offsets are into that text."""

WINDOW = 1 << 18
"""Characters of a long text that are looked at together, so that memory does not grow with the text."""

OVERLAP = 1 << 12
"""Characters beyond each edge of a window that are looked at with it: longer than any identifier and its context."""

Tried = tuple[int, Reader, Callable[[str, int], re.Match[str] | None]]
"""A reader, its place among all, and how it is tried at a place of a text."""

_BEGINNINGS = 1 << 12
"""Beginnings of tokens that are kept with what is tried there."""


class Detector:
    """Finds identifiers. `recognisers` in the order in which they win where everything else is equal.

    names      finds what has no form of its own: persons, companies, addresses
    threshold  the score from which a finding is taken
    """

    def __init__(
        self, recognisers: Sequence[Recogniser], names: Names | None = None, threshold: float = THRESHOLD
    ) -> None:
        self._names = names
        self._threshold = threshold
        self._walk = _Walk([Reader(recogniser, threshold) for recogniser in recognisers])

    def find(self, text: str, header: str = "") -> list[Finding]:
        """The identifiers of a text, or of a cell under this column header: ascending, none overlapping another.

        Time grows with the length of the text; memory beyond the text itself with what is found alone.
        """
        return self.find_all([text], [header])[0]

    def find_all(self, texts: Sequence[str], headers: Sequence[str] | None = None) -> list[list[Finding]]:
        """The same of many texts, each under the header of its place, in much less time where they are short."""
        under = [""] * len(texts) if headers is None else headers
        if all(len(text) <= WINDOW + OVERLAP for text in texts):
            return self._found(texts, under)
        return [self._found_long(text, header) for text, header in zip(texts, under, strict=True)]

    def _found_long(self, text: str, header: str) -> list[Finding]:
        if len(text) <= WINDOW + OVERLAP:
            return self._found([text], [header])[0]
        return list(_windowed(text, lambda part: self._found([part], [header])[0]))

    def _found(self, texts: Sequence[str], headers: Sequence[str]) -> list[list[Finding]]:
        folded = [fold(text) for text in texts]
        plain = [one.text for one in folded]
        named = self._names(plain, headers) if self._names is not None else [[]] * len(texts)
        return [self._settled(*one) for one in zip(folded, headers, named, strict=True)]

    def _settled(self, folded: Folded, header: str, named: list[Finding]) -> list[Finding]:
        """What is found in one text, where names are."""
        candidates = self._walk.candidates(folded.text, header)
        if named:
            sure = [finding for finding in named if finding.score >= self._threshold]
            candidates += beside(sure, candidates, folded.text)
        if not candidates:
            return candidates
        kept = without_overlap(candidates)
        return [_moved(finding, *folded.origin(finding.start, finding.end)) for finding in kept]


class _Walk:
    """All readers, and one walk over the tokens of a text for those whose matches begin where tokens do."""

    def __init__(self, readers: Sequence[Reader]) -> None:
        self._readers = readers
        self._gates = [(needs, _gate(needs)) for needs in sorted({reader.needs for reader in readers})]
        self._opened: dict[tuple[str, ...], _Opened] = {}
        self._by_first: dict[str, tuple[int, ...]] = {}
        self._by_prefix: dict[str, tuple[int, ...]] = {}
        for place, reader in enumerate(readers):
            if not reader.needs_header:
                table, keys = (self._by_prefix, reader.prefixes) if reader.prefixes else (self._by_first, reader.firsts)
                for key in keys:
                    table[key] = (*table.get(key, ()), place)
        self._lengths = sorted({len(prefix) for prefix in self._by_prefix})
        self._alone = frozenset(self._by_first) - {letter for prefix in self._by_prefix for letter in _cases(prefix[0])}
        self._beginning = _Kept(self._tried_at)
        self._tokens = _tokens({*self._by_first, *(prefix[0] for prefix in self._by_prefix)})

    def candidates(self, text: str, header: str) -> list[Finding]:
        """What the readers take, those of a reader after those of the readers before it."""
        opened = self._open(text)
        searched = [*opened.searched, *opened.under(header)] if header else opened.searched
        found = [(place, finding) for place in searched for finding in self._readers[place].searched(text, header)]
        found += self._walked(text, header, opened.tried)
        return [finding for _, finding in sorted(found, key=itemgetter(0))] if found else []

    def _walked(self, text: str, header: str, tried: "_Kept") -> Iterator[tuple[int, Finding]]:
        resume: dict[int, int] = {}
        for token in self._tokens(text):
            begun = token[0]
            readers = tried[begun[0] if begun[0] in self._alone else begun[:LONGEST]]
            if not readers:
                continue
            start = token.start()
            for place, reader, matched in readers:
                match = matched(text, start)
                if match is not None and start >= resume.get(place, 0):
                    resume[place], finding = reader.taken(match, header)
                    if finding is not None:
                        yield place, finding

    def _open(self, text: str) -> "_Opened":
        """Those readers for which the text holds a character that they need."""
        needs = tuple([one for one, gate in self._gates if gate(text)])
        if needs not in self._opened:
            self._opened[needs] = _Opened(self._readers, needs, self._beginning)
        return self._opened[needs]

    def _tried_at(self, begun: str) -> list[Tried]:
        """The readers that are tried where a token begins so: with no more than `LONGEST` characters."""
        folded = begun.casefold()
        more = [self._by_prefix.get(folded[:length], ()) for length in self._lengths if length <= len(folded)]
        places = (*self._by_first.get(begun[0], ()), *chain.from_iterable(more))
        return [(place, self._readers[place], self._readers[place].match) for place in places]


class _Opened:
    """Some of the readers: those searched for from end to end, and those tried where a token begins in some way."""

    def __init__(self, readers: Sequence[Reader], needs: Collection[str], beginning: "_Kept") -> None:
        self._readers = readers
        places = [place for place, reader in enumerate(readers) if reader.needs in needs]
        self.searched = [place for place in places if not (readers[place].led or readers[place].needs_header)]
        self._headed = [place for place in places if readers[place].needs_header]
        among = frozenset(places)
        self.tried = _Kept(lambda begun: [one for one in beginning[begun] if one[0] in among])

    def under(self, header: str) -> list[int]:
        """The places of those that are read because a column is called so."""
        return [place for place in self._headed if self._readers[place].under(header)]


class _Kept(dict[str, list[Tried]]):
    """How tokens begin, to what is tried there: worked out when first seen, and forgotten when they are many."""

    def __init__(self, made: Callable[[str], list[Tried]]) -> None:
        super().__init__()
        self._made = made

    def __missing__(self, begun: str) -> list[Tried]:
        if len(self) >= _BEGINNINGS:
            self.clear()
        self[begun] = made = self._made(begun)
        return made


def _gate(characters: str) -> Callable[[str], object]:
    """Tells, by something true, whether a text holds one of the characters; of none it always does."""
    return re.compile(f"[{re.escape(characters)}]" if characters else "").search


def _tokens(firsts: set[str]) -> Callable[[str], Iterator[re.Match[str]]]:
    """Finds where a run of letters and digits begins with one of these, in any case, or one of them that is neither
    stands behind no such run; all of the run is passed over."""
    cases = {case for first in firsts for case in _cases(first)}
    if not cases:
        return lambda _: iter(())
    one = f"[{''.join(map(re.escape, sorted(cases)))}]"
    return re.compile(rf"{one}(?<![^\W_]{one})(?:(?<=[^\W_])[^\W_]+)?").finditer


def _cases(letter: str) -> set[str]:
    """A letter in every case that is one letter."""
    return {case for case in (letter, letter.upper(), letter.lower()) if len(case) == 1}


def without_overlap(candidates: Sequence[Finding]) -> list[Finding]:
    """The candidates that stay, ascending: of two that overlap the proved one, then the one with the higher score, the
    longer, the earlier, the one that was named first."""
    if len(candidates) < 2:
        return list(candidates)
    ranked = sorted(candidates, key=lambda one: (not one.proved, -one.score, one.start - one.end, one.start))
    starts: list[int] = []
    kept: list[Finding] = []
    for finding in ranked:
        place = bisect_right(starts, finding.start)
        if place and kept[place - 1].end > finding.start:
            continue
        if place < len(kept) and starts[place] < finding.end:
            continue
        starts.insert(place, finding.start)
        kept.insert(place, finding)
    return kept


def _windowed(text: str, find: Callable[[str], list[Finding]]) -> Iterator[Finding]:
    """What `find` finds in overlapping parts of a long text, each finding taken from the part in which it begins."""
    taken = 0
    for begin in range(0, len(text), WINDOW):
        low = max(0, begin - OVERLAP)
        for finding in find(text[low : begin + WINDOW + OVERLAP]):
            start, end = finding.start + low, finding.end + low
            if begin <= start < begin + WINDOW and start >= taken:
                taken = end
                yield _moved(finding, start, end)


def _moved(finding: Finding, start: int, end: int) -> Finding:
    if finding.start == start and finding.end == end:
        return finding
    return Finding(start, end, finding.kind, finding.value, finding.score, finding.proved)
