"""A language model with a prompt: zero-shot, few-shot and tuned are this arm with other arguments."""

from collections.abc import Sequence

from finewright.base.protocols import Completer, Predictor
from finewright.base.records import CompletionRequest, Prediction, Record
from finewright.evaluate.prompt import build
from finewright.evaluate.task import Task


def prompted(
    completer: Completer, template: str, task: Task, shots: Sequence[Record] = (), adapter: str | None = None
) -> Predictor:
    """A predictor that asks `completer`, once for all records.

    Where the task has labels the answer is constrained to them, for every arm alike. `adapter` is the digest of an
    adapter the completer knows. Raises InputError where a prompt does not fit the context.
    """
    labels = task.labels if task.kind == "classes" else None

    def predict(records: Sequence[Record]) -> list[Prediction]:
        requests = [
            CompletionRequest(build(template, task, record, shots), task.max_tokens, choices=labels, adapter=adapter)
            for record in records
        ]
        return [
            Prediction(record.id, done.text, done.finish, done.prompt_tokens, done.completion_tokens)
            for record, done in zip(records, completer.complete(requests), strict=True)
        ]

    return predict
