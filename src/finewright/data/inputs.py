"""What two records are compared on, and which are near. Knows nothing of answers, parts or files.

The compared text of a record is that of its turns. System messages and the tools on offer are compared apart, and both
must be near: a long instruction that all rows share would otherwise make every two rows look alike, and one question
asked about many documents would make all of them look the same.
"""

import hashlib
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from finewright.base.nearness import near_pairs, near_within, normalised
from finewright.base.packed import Texts
from finewright.base.records import Record
from finewright.base.views import Chosen

Neighbours = Callable[[int], Sequence[tuple[int, float]]]
"""By number of a text: the numbers of those near to it, with their similarity."""

Numbers = NDArray[np.uint32]
_DIGEST = 16


class Input(NamedTuple):
    """A record's input without differences of case and white space: equal ones say the same."""

    system: str
    turns: str


def compared(record: Record) -> Input:
    """The input of a record as it is compared; of a document, which answers nothing, the document itself."""
    if not record.messages:
        return Input("", normalised(record.answer))
    system = "\n".join(message.content for message in record.messages if message.role == "system")
    tools = "\n".join(message.tools for message in record.messages if message.tools)
    turns = "\n".join(message.text for message in record.messages if message.role != "system")
    return Input(normalised(f"{system}\n{tools}" if tools else system), normalised(turns))


class Inputs:
    """The inputs of some records, each distinct one once and by number, in order of first appearance.

    of       (records,): the number of each record's input
    first    (inputs,): the place of the first record that has it
    """

    def __init__(self, records: Iterable[Record]) -> None:
        systems: dict[str, int] = {}
        turns, digests, which = Texts(), bytearray(), array("I")
        for record in records:
            system, text = compared(record)
            which.append(systems.setdefault(system, len(systems)))
            digests += hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_DIGEST).digest()
            turns.append(text)
        of_turns, first = _numbered(np.frombuffer(digests, np.uint64).reshape(-1, 2).T)
        del digests
        self.systems: Sequence[str] = list(systems)
        self.turns: Sequence[str] = Chosen(turns, first)
        of_systems = np.frombuffer(which, np.uint32)
        self.of, self.first = _numbered((of_systems, of_turns))
        self._system, self._turns = of_systems[self.first], of_turns[self.first]

    def __len__(self) -> int:
        return len(self.first)

    def each(self) -> Iterator[tuple[int, int]]:
        """The number of the system and that of the turns, input by input."""
        return map(self._parts, range(len(self)))

    @cached_property
    def _order(self) -> Numbers:
        """The inputs in the order of their parts; made when the search, which takes the most room, is over."""
        return np.lexsort((self._turns, self._system)).astype(np.uint32)

    def with_parts(self, system: int, turns: int) -> int | None:
        """The input of this system and these turns, where a record has it."""
        at = bisect_left(self._order, (system, turns), key=self._parts)
        found = int(self._order[at]) if at < len(self) else None
        return found if found is not None and self._parts(found) == (system, turns) else None

    def shared(self) -> Iterator[list[int]]:
        """The places of all records of each input that several have, in order."""
        order = np.argsort(self.of, kind="stable")
        ends = np.cumsum(np.bincount(self.of, minlength=len(self)))
        starts = np.concatenate([[0], ends[:-1]])
        for several in np.flatnonzero(ends - starts > 1).tolist():
            yield order[starts[several] : ends[several]].tolist()

    def _parts(self, place: int) -> tuple[int, int]:
        return int(self._system[place]), int(self._turns[place])


def near_across(left: Inputs, right: Inputs, threshold: float) -> Iterator[tuple[int, int, float]]:
    """All near pairs of one input of each side, the same input included, with the lower of both similarities."""
    systems = _table(near_pairs(left.systems, right.systems, threshold))
    turns = _table(near_pairs(left.turns, right.turns, threshold))
    return _joined(left, right, systems, turns)


def near_among(inputs: Inputs, threshold: float) -> list[tuple[int, int, float]]:
    """All near pairs of two different inputs, once each, in order of appearance."""
    systems = _with_same(_table(_both_ways(near_within(inputs.systems, threshold))))
    turns = _table(_both_ways(near_within(inputs.turns, threshold)))
    if len(inputs.systems) > 1:
        turns = _with_same(turns)
    found = _joined(inputs, inputs, systems, turns)
    return sorted((a, b, similarity) for a, b, similarity in found if a < b)


def _joined(left: Inputs, right: Inputs, systems: Neighbours, turns: Neighbours) -> Iterator[tuple[int, int, float]]:
    for one, (system, text) in enumerate(left.each()):
        if not (like := turns(text)):
            continue
        for other_system, alike in systems(system):
            for other_text, similarity in like:
                if (other := right.with_parts(other_system, other_text)) is not None:
                    yield one, other, min(alike, similarity)


def _table(pairs: Iterable[tuple[int, int, float]]) -> Neighbours:
    """The second of each pair by the first; only what has one takes room."""
    table = defaultdict(list)
    for a, b, similarity in pairs:
        table[a].append((b, similarity))
    return lambda at: table.get(at, ())


def _both_ways(pairs: Iterable[tuple[int, int, float]]) -> Iterator[tuple[int, int, float]]:
    for a, b, similarity in pairs:
        yield a, b, similarity
        yield b, a, similarity


def _with_same(near: Neighbours) -> Neighbours:
    """The same with each text near to itself as well."""
    return lambda at: [(at, 1.0), *near(at)]


def _numbered(columns: Sequence[NDArray[Any]] | NDArray[Any]) -> tuple[Numbers, Numbers]:
    """The number of each row of these columns, equal rows alike, from 0 by first appearance; and the first of each."""
    order = np.lexsort(tuple(columns))
    new = np.zeros(len(order), bool)
    new[:1] = True
    for column in columns:
        held = column[order]
        new[1:] |= held[1:] != held[:-1]
    first = order[new]  # lexsort is stable, so the lowest place of equal rows comes first
    rank = np.empty(len(first), np.uint32)
    rank[np.argsort(first)] = np.arange(len(first), dtype=np.uint32)
    of = np.empty(len(order), np.uint32)
    of[order] = rank[np.cumsum(new, dtype=np.uint32) - 1]
    return of, np.sort(first).astype(np.uint32)
