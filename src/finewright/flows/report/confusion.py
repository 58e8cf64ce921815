"""What is taken for what: confusions of labels, or of the most confused closed field of JSON records.

Where any of some labels apply, a label is confused with another if it is the one that a row misses and the other the
one that stands there unwanted; all else is left out or added.

Reads wanted and given answers alone; which rows count as right was settled by the scorers.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from finewright.base.label_list import labels_in
from finewright.base.records import Record
from finewright.evaluate.json_object import read_object, same_value
from finewright.evaluate.scorers.label_set import labels_said

UNREADABLE = "(no valid answer)"
ABSENT = "(field missing)"
LEFT_OUT = "(left out)"
ADDED = "(not wanted)"

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Confusion:
    """Counts of (wanted, said) pairs under the heading of what is confused."""

    what: str
    pairs: Mapping[Pair, int]

    @property
    def wrong(self) -> int:
        """How many rows lie off the diagonal."""
        return sum(number for (wanted, said), number in self.pairs.items() if wanted != said)

    def rows_of(self, wanted: str) -> int:
        """How many rows want this value."""
        return sum(number for (of, _), number in self.pairs.items() if of == wanted)

    def top(self, most: int) -> list[tuple[str, str, int, int]]:
        """The most frequent mistakes: wanted, said, how often, out of how many that want it (0: none wants it)."""
        mistakes = [(pair, number) for pair, number in self.pairs.items() if pair[0] != pair[1]]
        ranked = sorted(mistakes, key=lambda item: (-item[1], item[0]))[:most]
        return [
            (wanted, said, number, 0 if wanted == ADDED else self.rows_of(wanted)) for (wanted, said), number in ranked
        ]

    def worst(self, most: int) -> list[str]:
        """The values with most mistakes, wanted and missed or wrongly said, worst first."""
        blame: Counter[str] = Counter()
        for (wanted, said), number in self.pairs.items():
            if wanted != said:
                blame[wanted] += number
                blame[said] += number
        known = {wanted for wanted, _ in self.pairs}
        ranked = sorted((value for value in blame if value in known), key=lambda value: (-blame[value], value))
        return ranked[:most]

    def matrix(self, values: Sequence[str]) -> list[list[int]]:
        """One row per wanted value, one column per said value; a last column for everything else said."""
        table = []
        for wanted in values:
            inside = [self.pairs.get((wanted, said), 0) for said in values]
            table.append([*inside, self.rows_of(wanted) - sum(inside)])
        return table


@dataclass(frozen=True, slots=True)
class FieldShare:
    """How often an arm got one field of a JSON record, or one wanted label of a list, right."""

    name: str
    right: int
    rows: int


def confusion(kind: str, records: Sequence[Record], answers: Mapping[str, str]) -> Confusion | None:
    """The confusion to show for a task kind; None where there is nothing closed to confuse."""
    if kind == "classes":
        pairs = Counter((record.answer, answers.get(record.id, "").strip()) for record in records)
        return Confusion("labels", pairs)
    if kind == "labels":
        return Confusion("labels", _of_sets(records, answers))
    if kind == "json":
        found = [_of_field(name, records, answers) for name in closed_fields(records)]
        return max(found, key=lambda one: one.wrong, default=None)
    return None


def closed_fields(records: Sequence[Record]) -> list[str]:
    """Fields of the wanted records that hold text and repeat: each value twice on average, and more than one value."""
    values: dict[str, list[str]] = {}
    for record in records:
        for name, value in (read_object(record.answer) or {}).items():
            if isinstance(value, str):
                values.setdefault(name, []).append(value)
    return [name for name, held in values.items() if 1 < len(set(held)) <= len(held) / 2]


def field_shares(records: Sequence[Record], answers: Mapping[str, str]) -> list[FieldShare]:
    """Each field of the wanted records: in how many rows the answer has it right."""
    right: Counter[str] = Counter()
    rows: Counter[str] = Counter()
    for record in records:
        wanted, said = read_object(record.answer) or {}, read_object(answers.get(record.id, "")) or {}
        for name, value in wanted.items():
            rows[name] += 1
            right[name] += name in said and same_value(said[name], value)
    return [FieldShare(name, right[name], rows[name]) for name in rows]


def label_shares(records: Sequence[Record], answers: Mapping[str, str]) -> list[FieldShare]:
    """Each label of the wanted lists, the most wanted first: in how many of the rows that want it the answer has it."""
    found = _of_sets(records, answers)
    rows = Counter(label for record in records for label in labels_in(record.answer, "labels"))
    return [
        FieldShare(label, found[label, label], rows[label]) for label in sorted(rows, key=lambda of: (-rows[of], of))
    ]


def _of_sets(records: Sequence[Record], answers: Mapping[str, str]) -> Counter[Pair]:
    pairs: Counter[Pair] = Counter()
    for record in records:
        wanted, said = set(labels_in(record.answer, "labels")), labels_said(answers.get(record.id, ""))
        pairs.update((label, label) for label in wanted & (said or set()))
        pairs.update(_mistaken(sorted(wanted - (said or set())), sorted((said or set()) - wanted), said is not None))
    return pairs


def _mistaken(missed: Sequence[str], added: Sequence[str], readable: bool) -> list[Pair]:
    if len(missed) == len(added) == 1:
        return [(missed[0], added[0])]
    instead = LEFT_OUT if readable else UNREADABLE
    return [*((label, instead) for label in missed), *((ADDED, label) for label in added)]


def _of_field(name: str, records: Sequence[Record], answers: Mapping[str, str]) -> Confusion:
    pairs: Counter[Pair] = Counter()
    for record in records:
        wanted = (read_object(record.answer) or {}).get(name)
        if isinstance(wanted, str):
            pairs[wanted, _said(answers.get(record.id, ""), name)] += 1
    return Confusion(name, pairs)


def _said(answer: str, name: str) -> str:
    parsed = read_object(answer)
    if parsed is None:
        return UNREADABLE
    return str(parsed[name]) if name in parsed else ABSENT
