"""Rows that teach facts told apart from rows that teach behaviour, each with its reason. Knows no files.

A row teaches a fact where its answer states something that its question does not hold: a model would have to remember
it, and forget it once it changes. Reading out what a question says, choosing a label, keeping a form are behaviour.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from finewright.base.records import Record, TaskKind
from finewright.evaluate.advice.details import Detail, details
from finewright.evaluate.json_object import read_object

_SHARED = 0.2
_FEWEST = 5
_SENTENCE = 4


@dataclass(frozen=True, slots=True)
class Row:
    """A record, the details that its answer states of itself, and why it counts as it does."""

    record: Record
    details: tuple[Detail, ...]
    reason: str

    @property
    def fact(self) -> bool:
        """Whether it carries facts: then it belongs into a corpus, and not into training."""
        return bool(self.details)

    @property
    def personal(self) -> bool:
        """Whether one of them may name a person."""
        return any(detail.personal for detail in self.details)


def tell_apart(records: Sequence[Record], kind: TaskKind) -> list[Row]:
    """Every record as a fact or as behaviour, in order: as many rows as records.

    A name in at least a fifth of the answers, and in five, is part of their form, such as a greeting; a figure or a
    date never is, however often it stands there. Labels, and values of a JSON record that repeat, are chosen and not
    stated; only a label that is a sentence with an amount, a date or an address states it.
    """
    if kind in ("classes", "labels"):
        return [_of_label(record) for record in records]
    if kind == "json":
        return _of_objects(records)
    stated = [details(record.answer, record.text) for record in records]
    return [_row(record, found) for record, found in zip(records, _without_form(stated), strict=True)]


def _of_label(record: Record) -> Row:
    """A label is chosen, unless it is a sentence that states an amount, a date or an address."""
    if len(record.answer.split()) >= _SENTENCE:
        stated = [one for one in details(record.answer, record.text) if one.sort in ("amount", "date", "address")]
        if stated:
            return _row(record, tuple(stated))
    return Row(record, (), "the answer is chosen among labels")


def _without_form(stated: Sequence[tuple[Detail, ...]]) -> list[tuple[Detail, ...]]:
    counts = Counter(detail.text for found in stated for detail in found if detail.sort == "name")
    least = max(_FEWEST, _SHARED * len(stated))
    return [tuple(one for one in found if one.sort != "name" or counts[one.text] < least) for found in stated]


def _of_objects(records: Sequence[Record]) -> list[Row]:
    """Rows of JSON records: of each the values that occur in this record alone are looked at."""
    objects = [read_object(record.answer) or {} for record in records]
    counts = Counter((name, str(value)) for parsed in objects for name, value in parsed.items())
    rows = []
    for record, parsed in zip(records, objects, strict=True):
        own = [str(value) for name, value in parsed.items() if counts[name, str(value)] == 1]
        rows.append(_row(record, _numbers_aside("\n".join(own), record.text)))
    return rows


def _numbers_aside(answer: str, question: str) -> tuple[Detail, ...]:
    """The details of a record's values; a figure written otherwise in the question (1.250,50 for 1250.50) is read."""
    digits = "".join(letter for letter in question if letter.isdigit())
    return tuple(
        one
        for one in details(answer, question)
        if not (own := "".join(letter for letter in one.text if letter.isdigit()).rstrip("0")) or own not in digits
    )


def _row(record: Record, found: tuple[Detail, ...]) -> Row:
    if not found:
        return Row(record, (), "the answer states nothing that its question does not hold, or a fixed form")
    first = found[0]
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    return Row(
        record, found, f"the answer states the {first.sort} {first.text!r}{more}, which its question does not hold"
    )
