"""Which kind of task the answers make, and the answers in the form of their kind. Knows nothing of models or scores."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from finewright.base.errors import DataError, Place
from finewright.base.label_list import labels_text, read_labels
from finewright.base.packed import Records
from finewright.base.records import PREFERRED, Record, TaskKind
from finewright.data.classes import check_both
from finewright.data.identity import numbering
from finewright.data.shapes.field import checked, clipped

_LONGEST_LABEL = 80
_MOST_DISTINCT = 2 / 3
_AS_LIST = 'write its labels as a list such as ["billing", "urgent"], or [] where none applies'
_TOLD: Mapping[TaskKind | None, str] = {
    "preferences": "a chosen and a rejected answer",
    "feedback": "an answer with a thumb",
    None: "an answer that was not judged",
}
_SHAPES = {"preferences": "pairs, preference or edits", "feedback": "feedback"}


def recognise_kind(records: Sequence[Record], asked: str) -> TaskKind:
    """`preferences` or `feedback` where answers were judged so, `json` if every answer is a JSON object, `labels` if
    every one is a list of strings that repeat, `classes` if the answers are short and repeat; else `text`.

    Raises DataError where JSON or lists are asked for and an answer is none, where most answers are lists of labels
    and some are not, and where answers are judged in several ways or in another than is asked for: these are
    questions to the user, not guesses.
    """
    if judged := _judged(records, asked):
        return judged
    if asked == "json":
        _check_objects(records)
        return "json"
    if asked == "classes":
        return "classes"
    if asked == "numbers":
        return "numbers"
    if asked != "labels" and (asked == "text" or not records):
        return "text"
    if asked == "auto" and any(record.reply for record in records):
        return "text"  # a call is no label, however short it is and often made
    if asked == "labels" or _are_lists(records):
        _check_lists(records, asked)
        return "labels"
    if all(is_object(record.answer) for record in records):
        return "json"
    return "classes" if _are_labels(record.answer for record in records) else "text"


def in_kind(records: Sequence[Record], kind: TaskKind) -> Sequence[Record]:
    """The records of one file with their answers in the one form of their kind, and ids that are of that form.

    Lists of labels are sorted and every label stands in them once; all other answers stay as they are. Raises
    DataError for an answer that is no list of labels where it must be one, and for feedback of one thumb only.
    """
    if kind == "feedback":
        check_both(records)
    if kind != "labels":
        return records
    identify = numbering()
    formed = ((record, labels_text(_listed(record, "labels"))) for record in records)
    return Records(replace(record, id=identify(record.messages, answer), answer=answer) for record, answer in formed)


def _judged(records: Sequence[Record], asked: str) -> TaskKind | None:
    """How the answers were judged, `preferences` or `feedback`; None where they were not.

    Raises DataError where rows differ in that, or something else is asked for.
    """
    if not records:
        return None
    first, found = records[0], _judgement(records[0])
    other = next((record for record in records if _judgement(record) != found), None)
    if other is not None:
        what = f"the row has {_TOLD[_judgement(other)]}, where {first.source}:{first.line} has {_TOLD[found]}"
        place = Place(other.source, other.line)
        raise DataError(what, place=place, remedy="give files of one kind, or set `data.shape`")
    if asked not in ("auto", found) and (found or asked in PREFERRED):
        what = f"`task.kind: {asked}` does not go with rows that have {_TOLD[found]}"
        shape = _SHAPES.get(asked, "prompt, and `data.columns`, to learn from the answers as they are")
        raise DataError(what, place=Place(first.source), remedy=f"remove it, or set `data.shape` to {shape}")
    return found


def _judgement(record: Record) -> TaskKind | None:
    if record.rejected is not None:
        return "preferences"
    return None if record.desirable is None else "feedback"


def is_object(answer: str) -> bool:
    """Whether the text is one JSON object."""
    try:
        return isinstance(json.loads(answer), dict)
    except (ValueError, RecursionError):
        return False


def _are_labels(answers: Iterable[str]) -> bool:
    """Short, of one line, and at most two of three rows with an answer of their own."""
    distinct: set[str] = set()
    rows = 0
    for answer in answers:
        rows += 1
        if len(answer) > _LONGEST_LABEL or "\n" in answer:
            return False
        distinct.add(answer)
    return len(distinct) <= _MOST_DISTINCT * rows


def _are_lists(records: Sequence[Record]) -> bool:
    """Whether more than half of the answers are lists of strings, and these read like labels."""
    lists = [labels for record in records if (labels := read_labels(record.answer)) is not None]
    return 2 * len(lists) > len(records) and _are_labels(chain.from_iterable(lists))


def _check_objects(records: Sequence[Record]) -> None:
    for record in records:
        if not is_object(record.answer):
            remedy = "mend the answer, or set `task.kind: text`"
            raise DataError("the answer is not a JSON object", place=Place(record.source, record.line), remedy=remedy)


def _check_lists(records: Sequence[Record], asked: str) -> None:
    for record in records:
        _listed(record, asked)


def _listed(record: Record, asked: str) -> tuple[str, ...]:
    """The record's labels, sorted. Raises DataError naming the row where its answer is no list of labels."""
    place = Place(record.source, record.line)
    labels = read_labels(record.answer)
    if labels is None:
        what, remedy = _no_list(record.answer)
        other = "classes" if asked == "labels" else "text` or `task.kind: classes"
        raise DataError(what, place=place, remedy=f"{remedy}, or set `task.kind: {other}`")
    try:
        return tuple(checked(label, "label") for label in labels)
    except DataError as fault:
        raise DataError(f"of the list of labels, {fault.what}", place=place, remedy="correct the list") from None


def _no_list(answer: str) -> tuple[str, str]:
    """What keeps an answer from being a list of labels, and what to do."""
    try:
        found = json.loads(answer)
    except (ValueError, RecursionError):
        found = answer
    if isinstance(found, list):
        other = next(json.dumps(label, ensure_ascii=False) for label in found if not isinstance(label, str))
        return f"the list of labels holds {clipped(other)}, which is no text", 'write each label as text, such as "7"'
    return f"the answer '{clipped(answer)}' is no JSON list of labels", _AS_LIST
