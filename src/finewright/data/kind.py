"""Which kind of task the answers make. Knows nothing of models or scores."""

import json
from collections.abc import Sequence

from finewright.base.errors import DataError, Place
from finewright.base.records import Record, TaskKind

_LONGEST_LABEL = 80
_MOST_DISTINCT = 2 / 3


def recognise_kind(records: Sequence[Record], asked: str) -> TaskKind:
    """`json` if every answer is a JSON object; `classes` if the answers are short and repeat; else `text`.

    Raises DataError where JSON is asked for and an answer is none.
    """
    if asked == "json":
        _check_objects(records)
        return "json"
    if asked == "classes":
        return "classes"
    if asked == "text" or not records:
        return "text"
    if all(is_object(record.answer) for record in records):
        return "json"
    return "classes" if _are_labels([record.answer for record in records]) else "text"


def is_object(answer: str) -> bool:
    """Whether the text is one JSON object."""
    try:
        return isinstance(json.loads(answer), dict)
    except (ValueError, RecursionError):
        return False


def _are_labels(answers: Sequence[str]) -> bool:
    """Short, of one line, and at most two of three rows with an answer of their own."""
    short = all(len(answer) <= _LONGEST_LABEL and "\n" not in answer for answer in answers)
    return short and len(set(answers)) <= _MOST_DISTINCT * len(answers)


def _check_objects(records: Sequence[Record]) -> None:
    for record in records:
        if not is_object(record.answer):
            remedy = "mend the answer, or set `task.kind: text`"
            raise DataError("the answer is not a JSON object", place=Place(record.source, record.line), remedy=remedy)
