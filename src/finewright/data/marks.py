"""What rows are counted and shared out by: their labels, or the thumbs of feedback. Knows nothing of parts."""

from finewright.base.label_list import labels_in
from finewright.base.records import Record, TaskKind

THUMBS = ("thumb up", "thumb down")


def marks(record: Record, kind: TaskKind) -> tuple[str, ...]:
    """The labels of a row, or its thumb where the task is feedback; rows of other kinds of task have none."""
    return (thumb_of(record),) if kind == "feedback" else labels_in(record.answer, kind)


def thumb_of(record: Record) -> str:
    """The thumb that an answer got, in words; nothing where it got none."""
    if record.desirable is None:
        return ""
    up, down = THUMBS
    return up if record.desirable else down
