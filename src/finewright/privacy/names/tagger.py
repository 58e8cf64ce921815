"""Names in texts: cut, embedded, scored, decoded, tidied. Knows no file, no column and no other recogniser.

Many texts are worked on at once: they are tagged as one row of tokens with breaks between them, which costs little more
for a hundred short texts than for one and gives each what it would be given alone (see scoring.py).
"""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from math import exp
from typing import NamedTuple

import numpy as np

from finewright.privacy.finding import Finding
from finewright.privacy.names import weights
from finewright.privacy.names.births import birth_in, births
from finewright.privacy.names.decoding import Tags, decode
from finewright.privacy.names.features import features, plain
from finewright.privacy.names.gazetteer import LISTS, lists_of
from finewright.privacy.names.headers import holds, kind_under
from finewright.privacy.names.network import KINDS, REACH, Floats, Network
from finewright.privacy.names.scoring import Places, Scoring
from finewright.privacy.names.tidying import tidy, written
from finewright.privacy.names.tokens import blocks, cut

BLOCK = 1 << 14
"""Characters tagged at once: bounds the memory, whatever the texts, and keeps a layer within the processor's cache."""

LEAN = 0.7
"""Taken from the score of "no name" at every token: what is missed costs more than what is taken in vain.
Chosen on the development half of presidio-research."""

_KEPT = 1 << 16
"""Distinct tokens whose embedding is kept."""

_BREAK = ("",) * REACH
_SETTLED = 1e9
"""The score of "no name" between two texts."""


class _Embeddings(dict[str, int]):
    """Distinct tokens to their place in `rows`, each computed when first seen; the first row is a break's."""

    def __init__(self, network: Network, scoring: Scoring) -> None:
        super().__init__({"": 0})
        self._table, self._scoring, self._adding = network.table, scoring, threading.Lock()
        self.rows: Floats = np.zeros((1 << 12, network.rows.shape[1]), np.float32)

    def places(self, tokens: list[str]) -> Places:
        """The place of each token in `rows`."""
        with self._adding:
            new = sorted(token for token in set(tokens) if token not in self)
            if new:
                self._add(new)
        return np.fromiter(map(self.__getitem__, tokens), np.intp, len(tokens))

    def _add(self, tokens: list[str]) -> None:
        count = len(self)
        while count + len(tokens) > len(self.rows):
            self.rows = np.concatenate([self.rows, np.zeros_like(self.rows)])
        bags = [features(token, self._table) for token in tokens]
        self.rows[count : count + len(tokens)] = self._scoring.embed(bags)
        self.update(zip(tokens, range(count, count + len(tokens)), strict=True))


class Part(NamedTuple):
    """A text, or what of a long one is tagged at once: the number of its text and where it begins there."""

    number: int
    begin: int
    text: str


class Tagger:
    """Finds names with one network; it keeps what it computed of words. Threads may share it."""

    def __init__(self, network: Network) -> None:
        self._network, self._scoring = network, Scoring(network)
        self._embeddings = _Embeddings(network, self._scoring)

    @property
    def table(self) -> bytes:
        """The lists of names."""
        return self._network.table

    def scores(self, tokens: list[str]) -> Floats:
        """The scores of each tag for each token; `REACH` empty ones part two texts. (T, K)"""
        if len(self._embeddings) > _KEPT:
            self._embeddings = _Embeddings(self._network, self._scoring)
        known = self._embeddings
        where = known.places(tokens)
        breaks = np.flatnonzero(where == 0)
        scores = self._scoring.scores(known.rows[where], breaks)
        scores[:, 0] -= LEAN
        scores[breaks, 0] = _SETTLED
        return scores

    def spans(self, texts: Sequence[str]) -> list[list[Finding]]:
        """What the tags say of each text, ascending and without overlaps."""
        found: list[list[Finding]] = [[] for _ in texts]
        for group in _groups(texts):
            for number, one in self._tagged(group):
                found[number].append(one)
        return found

    def _tagged(self, group: Sequence[Part]) -> Iterator[tuple[int, Finding]]:
        """The findings of some parts, each with the number of its text."""
        tokens: list[str] = []
        firsts = []
        for part in group:
            firsts.append(len(tokens))
            tokens += cut(part.text)
            tokens += _BREAK
        scores = self.scores(tokens)
        return _spans(group, firsts, tokens, scores, decode(scores, self._network.moves))


def _groups(texts: Sequence[str]) -> Iterator[list[Part]]:
    """The texts in parts, as many together as make a block."""
    group: list[Part] = []
    size = 0
    for number, text in enumerate(texts):
        for begin, part in blocks(text, BLOCK) if len(text) > BLOCK else ((0, text),):
            if group and size + len(part) > BLOCK:
                yield group
                group, size = [], 0
            group.append(Part(number, begin, part))
            size += len(part)
    if group:
        yield group


def _spans(
    group: Sequence[Part], firsts: Sequence[int], tokens: list[str], scores: Floats, tags: Tags
) -> Iterator[tuple[int, Finding]]:
    """Stretches of one kind, each from its first token's first letter to its last token's end."""
    named = np.flatnonzero(tags)
    if not len(named):
        return
    kinds = (tags[named] - 1) // 2
    begins = (tags[named] % 2 == 1) | (np.diff(named, prepend=-2) != 1) | (np.diff(kinds, prepend=-1) != 0)
    at = np.flatnonzero(begins)
    lasts = np.append(at[1:], len(named)) - 1
    ends = np.cumsum(np.fromiter(map(len, tokens), np.intp, len(tokens)))
    lead = np.add.reduceat(scores[named, tags[named]] - scores[named, 0], at) / (lasts - at + 1)
    parts = np.searchsorted(firsts, named[at], side="right") - 1
    begun = np.concatenate([[0], ends])[np.asarray(firsts)]
    columns = (named[at], parts, ends[named[at]] - begun[parts], ends[named[lasts]] - begun[parts], kinds[at], lead)
    for first, where, first_end, end, kind, sure in zip(*(one.tolist() for one in columns), strict=True):
        number, begin, text = group[where]
        start = first_end - len(tokens[first].lstrip())
        yield number, Finding(begin + start, begin + end, KINDS[kind], text[start:end], _likelihood(sure))


def _likelihood(lead: float) -> float:
    """How likely a name is, from its mean lead over "no name"."""
    return round(1 / (1 + exp(-min(max(lead, -30), 30))), 3)


@cache
def _shipped() -> Tagger:
    """The tagger with the weights of this version."""
    return Tagger(weights.load())


def names(texts: Sequence[str], headers: Sequence[str]) -> list[list[Finding]]:
    """The persons, companies, addresses, places and birth dates of folded texts, ascending and without overlaps.

    Under a column header that promises one of them, the whole cell is one where it can be: "customer", "dob", "attn".
    Where a birth date and a name meet, the date stands.
    """
    whole_cells = _whole_cells(texts, headers)
    read = [text for at, text in enumerate(texts) if at not in whole_cells]
    marked = map(_named, read, _shipped().spans(read))
    return [[whole_cells[at]] if at in whole_cells else next(marked) for at in range(len(texts))]


def is_listed(word: str) -> bool:
    """Whether the lists know the word as a given or family name."""
    return any(LISTS[which] in ("given", "family") for which in lists_of(_shipped().table, plain(word)))


def _named(text: str, spans: list[Finding]) -> list[Finding]:
    """What was marked in a text, made into names, and its birth dates."""
    born = births(text)
    marked = tidy(text, spans, _shipped().table) if spans else []
    if not born:
        return marked
    free = [one for one in marked if not any(one.start < date.end and date.start < one.end for date in born)]
    return sorted([*born, *free], key=lambda one: one.start)


def _whole_cells(texts: Sequence[str], headers: Sequence[str]) -> dict[int, Finding]:
    """By place, the names that cells are; a firm may stand where a person was promised."""
    found = {}
    for at, (text, header) in enumerate(zip(texts, headers, strict=True)):
        promised = kind_under(header) if header else None
        one = _whole_cell(text, promised) if promised else None
        if one is not None:
            found[at] = one
    persons = [at for at, one in found.items() if one.kind == "person"]
    marked = _shipped().spans([texts[at].strip() for at in persons]) if persons else []
    for at, spans in zip(persons, marked, strict=True):
        if any(one.kind == "company" and one.score > 0.8 for one in spans):
            found[at] = replace(found[at], kind="company")
    return found


def _whole_cell(cell: str, kind: str) -> Finding | None:
    """The name that a cell under a header of this kind is."""
    if kind == "birth_date":
        return birth_in(cell)
    name = cell.strip()
    if not holds(name, kind, _shipped().table):
        return None
    start = cell.index(name)
    return Finding(start, start + len(name), kind, written(name), 0.9)
