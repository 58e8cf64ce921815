"""What two records are compared on, and which are near. Knows nothing of answers, parts or files.

The compared text of a record is that of its turns. System messages and the tools on offer are compared apart, and both
must be near: a long instruction that all rows share would otherwise make every two rows look alike, and one question
asked about many documents would make all of them look the same.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from finewright.base.nearness import near_pairs, near_within, normalised
from finewright.base.records import Record

Neighbours = Mapping[str, Sequence[tuple[str, float]]]


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


def by_input(records: Iterable[Record]) -> dict[Input, list[Record]]:
    """Records that say the same, together, in order of first appearance."""
    same: dict[Input, list[Record]] = {}
    for record in records:
        same.setdefault(compared(record), []).append(record)
    return same


def near_across(
    left: Sequence[Input], right: Sequence[Input], threshold: float
) -> Iterator[tuple[Input, Input, float]]:
    """All near pairs of one input of each side, the same input included, with the lower of both similarities."""
    systems = _across({one.system for one in left}, {one.system for one in right}, threshold)
    turns = _across({one.turns for one in left}, {one.turns for one in right}, threshold)
    return _joined(left, frozenset(right), systems, turns)


def near_among(inputs: Sequence[Input], threshold: float) -> list[tuple[Input, Input, float]]:
    """All near pairs of two different inputs, once each, in order of appearance."""
    systems = _among({one.system for one in inputs}, threshold)
    turns = _among({one.turns for one in inputs}, threshold)
    place = {one: at for at, one in enumerate(inputs)}
    found = _joined(inputs, frozenset(inputs), systems, turns)
    once = [(a, b, similarity) for a, b, similarity in found if place[a] < place[b]]
    return sorted(once, key=lambda pair: (place[pair[0]], place[pair[1]]))


def _joined(
    left: Iterable[Input], right: frozenset[Input], systems: Neighbours, turns: Neighbours
) -> Iterator[tuple[Input, Input, float]]:
    for one in left:
        for system, alike in systems.get(one.system, ()):
            for text, similarity in turns.get(one.turns, ()):
                if (other := Input(system, text)) in right:
                    yield one, other, min(alike, similarity)


def _across(left: set[str], right: set[str], threshold: float) -> Neighbours:
    ours, theirs = sorted(left), sorted(right)
    table = defaultdict(list)
    for i, j, similarity in near_pairs(ours, theirs, threshold):
        table[ours[i]].append((theirs[j], similarity))
    return table


def _among(texts: set[str], threshold: float) -> Neighbours:
    ordered = sorted(texts)
    table = {text: [(text, 1.0)] for text in ordered}
    for i, j, similarity in near_within(ordered, threshold):
        table[ordered[i]].append((ordered[j], similarity))
        table[ordered[j]].append((ordered[i], similarity))
    return table
