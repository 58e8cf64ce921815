"""Answers that are lists of labels, any of some: read, and written in the one form that all of finewright compares.

The form is the JSON text of the distinct labels in sorted order, each without white space around it, such as
`["billing","urgent"]`; `[]` says that none applies. Knows nothing of tasks, models or scores.
"""

import json
from collections.abc import Iterable

from finewright.base.files import canonical_json
from finewright.base.records import TaskKind


def read_labels(text: str) -> tuple[str, ...] | None:
    """The distinct labels of a JSON list of strings, sorted; None where the text is anything else. Never raises."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, list) or not all(isinstance(label, str) for label in found):
        return None
    return tuple(sorted({label.strip() for label in found}))


def labels_text(labels: Iterable[str]) -> str:
    """The one text of these labels, whatever their order and however often each is given."""
    return canonical_json(sorted(set(labels)))


def labels_in(answer: str, kind: TaskKind) -> tuple[str, ...]:
    """The labels that an answer names: itself where it is one of some, its members where any apply, else none.

    A list that cannot be read names none.
    """
    if kind == "classes":
        return (answer,)
    return (read_labels(answer) or ()) if kind == "labels" else ()
