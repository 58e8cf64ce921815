"""From a template, a task and a record to the messages a model sees. Knows nothing of chat templates or tokens.

A template is the system message of one arm. It may name {instruction} and {choices} and, of an arm that answers from
passages, {passages}; any other pair of braces, such as those of a JSON example, stays as it is.
"""

import difflib
import json
import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import chain, zip_longest

from finewright.base.errors import InputError, Place
from finewright.base.files import canonical_json
from finewright.base.order import shuffled
from finewright.base.records import Message, Record
from finewright.evaluate.task import JsonField, Task, reference_object

_PLACEHOLDER = re.compile(r"\{([A-Za-z_]+)\}")
_KNOWN = ("instruction", "choices")
PASSAGES = "{passages}"
"""Where a template has the passages of a corpus."""


def build(
    template: str, task: Task, record: Record, shots: Sequence[Record] = (), passages: str = ""
) -> tuple[Message, ...]:
    """The messages of one request: our system message, the shots as past turns, the record's own turns.

    A system message that opens the record is joined to ours after a blank line; those of the shots are left out,
    since a conversation has one. An empty system message is not sent.
    """
    own, turns = _opening(record)
    system = "\n\n".join(part for part in (_fill(template, task, passages), own) if part)
    opening = (Message("system", system),) if system else ()
    return (*opening, *(turn for shot in shots for turn in _shown(shot)), *turns)


def choose_shots(train: Sequence[Record], task: Task, count: int, seed: int) -> tuple[Record, ...]:
    """Up to `count` training records spread over the answers.

    Records are grouped by answer (classes, labels) or by the closed field with most values (json); then one of each
    group is taken in turn. Groups, and records within a group, come in the keyed order of `seed` and their own names:
    the same for every row asked, and hardly changed when training rows come or go.
    """
    groups: dict[str, list[Record]] = defaultdict(list)
    for record in train:
        groups[_stratum(record, task)].append(record)
    names = shuffled(sorted(groups), lambda name: name, seed, "few-shot groups")
    ordered = [shuffled(groups[name], lambda record: record.id, seed, "few-shot") for name in names]
    in_turn = chain.from_iterable(zip_longest(*ordered))
    return tuple([record for record in in_turn if record is not None][:count])


def choices(task: Task) -> str:
    """What {choices} becomes: the labels, the fields of the record, or nothing where the answer is free text."""
    match task.kind:
        case "classes":
            if task.order:
                return f"Choose exactly one of, from the lowest to the highest: {', '.join(task.order)}"
            return f"Choose exactly one of: {', '.join(task.labels)}"
        case "labels":
            return (
                "Reply with a JSON list of all that apply, or [] if none does: "
                f"{', '.join(json.dumps(label, ensure_ascii=False) for label in task.labels)}"
            )
        case "json":
            fields = ", ".join(f"{field.name} ({_described(field)})" for field in task.fields)
            return f"Reply with one JSON object with the fields: {fields}"
        case "numbers":
            return "Reply with the number alone, and its unit if it has one."
        case "text" | "documents" | "preferences" | "feedback":
            return ""


def check_template(template: str, key: str, place: Place | None = None, *, passages: bool = False) -> None:
    """Raise InputError, naming the recipe key, where a template names something that is not filled in, or where one
    that is to show `passages` has no place for them."""
    if passages and PASSAGES not in template:
        raise InputError(f"{key} shows no passages", place=place, remedy=f"write {PASSAGES} where they are to stand")
    for name in _PLACEHOLDER.findall(template.replace(PASSAGES, "") if passages else template):
        if name not in _KNOWN:
            near = difflib.get_close_matches(name, _KNOWN, n=1)
            raise InputError(
                f"{key} names {{{name}}}, which is not filled in",
                place=place,
                remedy=f"write {{{near[0]}}}" if near else "use {instruction} and {choices} alone",
            )


def _fill(template: str, task: Task, passages: str) -> str:
    filled = {"{instruction}": task.instruction, "{choices}": choices(task)} | (
        {PASSAGES: passages} if passages else {}
    )
    return _PLACEHOLDER.sub(lambda found: filled.get(found[0], found[0]), template).rstrip()


def _described(field: JsonField) -> str:
    if field.choices is None:
        return field.type
    return "one of " + ", ".join(_plain(value) for value in field.choices)


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _opening(record: Record) -> tuple[str, tuple[Message, ...]]:
    first, *rest = record.messages
    return (first.content, tuple(rest)) if first.role == "system" else ("", record.messages)


def _shown(shot: Record) -> tuple[Message, ...]:
    return (*_opening(shot)[1], shot.turn)


def _stratum(record: Record, task: Task) -> str:
    if task.kind in ("classes", "labels"):
        return record.answer
    closed = [field for field in task.fields if field.choices]
    if not closed:
        return ""
    widest = max(closed, key=lambda field: len(field.choices or ()))
    return canonical_json(reference_object(record).get(widest.name))
