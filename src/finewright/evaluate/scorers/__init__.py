"""Scorers, one a file: functions that return a `Scorer`. `scorer_for` names the one that fits a task."""

from finewright.base.protocols import Scorer
from finewright.evaluate.json_schema import JsonSchema
from finewright.evaluate.scorers.json_record import json_record
from finewright.evaluate.scorers.label import label
from finewright.evaluate.scorers.label_set import label_set
from finewright.evaluate.scorers.number import number
from finewright.evaluate.scorers.overlap import overlap
from finewright.evaluate.task import Task


def scorer_for(task: Task) -> Scorer:
    """The scorer by which answers to `task` are judged, the same for every arm."""
    match task.kind:
        case "classes":
            return label(task.labels)
        case "labels":
            return label_set(task.labels)
        case "json":
            return json_record(task.fields, JsonSchema(task.schema) if task.schema else None)
        case "text":
            return overlap()
        case "numbers":
            return number(task.tolerance)
        case "documents" | "preferences" | "feedback":
            raise ValueError(f"{task.kind} have no answers to judge")
