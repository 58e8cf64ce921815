"""Rows that tuning won and rows that it lost, with each answer marked where it departs from the wanted one."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from finewright.base.records import Record
from finewright.base.results import ArmResult

_TOKEN = re.compile(r"\w(?:[\w.,'/-]*\w)?|\W")
_LONGEST = 1_200


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of an answer: "same" as wanted, "other" than wanted, or a place where something is "missing"."""

    text: str
    state: str


@dataclass(frozen=True, slots=True)
class Example:
    """One row: its input, the wanted answer, and both answers in pieces. `where` is its file and line."""

    where: str
    text: str
    wanted: str
    before: tuple[Piece, ...]
    after: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Exchange:
    """Examples shown, and how many there are in all."""

    gained: tuple[Example, ...]
    lost: tuple[Example, ...]
    won: int
    gone: int


def exchange(
    records: Sequence[Record],
    predictions: Mapping[str, Mapping[str, str]],
    before: ArmResult,
    after: ArmResult,
    most: int = 10,
) -> Exchange:
    """Rows of the shared test set that only `after` got right, and that only `before` got right."""
    was = before.test.correct if before.test else {}
    now = after.test.correct if after.test else {}
    both = [record for record in records if record.id in was and record.id in now]
    won = [record for record in both if now[record.id] and not was[record.id]]
    gone = [record for record in both if was[record.id] and not now[record.id]]
    answers = predictions.get(before.name, {}), predictions.get(after.name, {})
    gained, lost = ([_example(record, *answers) for record in rows[:most]] for rows in (won, gone))
    return Exchange(tuple(gained), tuple(lost), len(won), len(gone))


def marked(wanted: str, answer: str) -> tuple[Piece, ...]:
    """`answer` in pieces against `wanted`, compared word by word (a number or code is one word)."""
    left, right = _TOKEN.findall(wanted), _TOKEN.findall(answer)
    if not set(left) & set(right):
        return (Piece(answer or "(empty)", "other"),)
    pieces: list[Piece] = []
    for change, i, j, k, m in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if change == "delete":
            pieces.append(Piece("".join(left[i:j]), "missing"))
        else:
            pieces.append(Piece("".join(right[k:m]), "same" if change == "equal" else "other"))
    return tuple(pieces)


def _example(record: Record, before: Mapping[str, str], after: Mapping[str, str]) -> Example:
    wanted = clipped(record.answer)
    was, now = (clipped(answers.get(record.id, "")) for answers in (before, after))
    where = f"{record.source}:{record.line}" if record.source else ""
    return Example(where, clipped(record.text), wanted, marked(wanted, was), marked(wanted, now))


def clipped(text: str) -> str:
    """The text, its middle left out where it is very long."""
    half = _LONGEST // 2
    return text if len(text) <= _LONGEST else f"{text[:half]} […] {text[-half:]}"
