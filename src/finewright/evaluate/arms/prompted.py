"""A language model with a prompt: zero-shot, few-shot, retrieved and tuned are this arm with other arguments."""

from collections.abc import Callable, Sequence

from finewright.base.protocols import Completer, Predictor
from finewright.base.records import Completion, CompletionRequest, Prediction, Record
from finewright.evaluate.json_schema import constraint_of
from finewright.evaluate.prompt import build
from finewright.evaluate.task import Task

Shots = Callable[[Sequence[Record]], Sequence[Sequence[Record]]]
"""The examples that go with each record, in order."""


def prompted(
    completer: Completer, template: str, task: Task, shots: Sequence[Record] = (), adapter: str | None = None
) -> Predictor:
    """A predictor that asks `completer`, once for all records, with the same examples for each.

    Where the task has labels the answer is constrained to them, for every arm alike. `adapter` is the digest of an
    adapter the completer knows. Raises InputError where a prompt does not fit the context.
    """
    return prompted_by(completer, template, task, lambda records: [shots] * len(records), adapter)


def prompted_by(completer: Completer, template: str, task: Task, shots: Shots, adapter: str | None = None) -> Predictor:
    """As `prompted`, with the examples that `shots` finds for each record."""

    def predict(records: Sequence[Record]) -> list[Prediction]:
        requests = [
            request_of(template, task, record, shown, adapter)
            for record, shown in zip(records, shots(records), strict=True)
        ]
        return [prediction_of(record, done) for record, done in zip(records, completer.complete(requests), strict=True)]

    return predict


def request_of(
    template: str,
    task: Task,
    record: Record,
    shots: Sequence[Record],
    adapter: str | None = None,
    passages: str = "",
) -> CompletionRequest:
    """What a record asks of a Completer: the task's labels as choices, or a schema where answers are held to one."""
    labels = task.labels if task.kind == "classes" else None
    return CompletionRequest(
        build(template, task, record, shots, passages),
        task.max_tokens,
        choices=labels,
        adapter=adapter,
        schema=constraint_of(task) if task.constrained else None,
    )


def prediction_of(record: Record, done: Completion) -> Prediction:
    """A completion as an arm's answer to a record."""
    return Prediction(
        record.id, done.text, done.finish, done.prompt_tokens, done.completion_tokens, probability=done.probability
    )
