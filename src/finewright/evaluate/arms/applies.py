"""Which arms make sense for which task. Knows nothing of how they are fitted."""

from finewright.evaluate.task import Task

CLASSIFIERS = ("tfidf", "frozen", "neighbours")


def why_not(name: str, task: Task) -> str | None:
    """Why the arm called `name` does not apply to the task, in one sentence; None where it does."""
    if name not in CLASSIFIERS or task.kind in ("classes", "labels"):
        return None
    if task.kind in ("text", "numbers"):
        written = "free text" if task.kind == "text" else "numbers"
        return f"A classifier chooses among answers it has seen; the answers of this task are {written}."
    if not any(field.choices for field in task.fields):
        return "A classifier chooses among values it has seen; no field of these records has a small set of values."
    return None
