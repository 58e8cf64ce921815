"""Scorers, one a file: functions that return a `Scorer`. `scorer_for` names the one that fits a task."""

from finewright.base.protocols import Scorer
from finewright.evaluate.scorers.exact import exact
from finewright.evaluate.scorers.json_record import json_record
from finewright.evaluate.scorers.label import label
from finewright.evaluate.scorers.label_set import label_set
from finewright.evaluate.task import Task


def scorer_for(task: Task) -> Scorer:
    """The scorer by which answers to `task` are judged, the same for every arm."""
    match task.kind:
        case "classes":
            return label(task.labels)
        case "labels":
            return label_set(task.labels)
        case "json":
            return json_record(task.fields)
        case "text":
            return exact()
        case "documents" | "preferences" | "feedback":
            raise ValueError(f"{task.kind} have no answers to judge")
