"""A language model with passages of a corpus in its prompt, numbered so that it can cite them. Knows no index."""

from collections.abc import Callable, Sequence

from finewright.base.protocols import Completer, Predictor
from finewright.base.records import Prediction, Record
from finewright.evaluate.arms.prompted import prediction_of, request_of
from finewright.evaluate.task import Task
from finewright.retrieve.citations import numbered
from finewright.retrieve.hit import Hit

Find = Callable[[Sequence[Record]], Sequence[Sequence[Hit]]]
"""The passages that go with each record, in order, the best first."""


def rag(completer: Completer, template: str, task: Task, find: Find, adapter: str | None = None) -> Predictor:
    """A predictor that asks `completer` with the passages that `find` has for each record, where the template says
    {passages}. Raises InputError where a prompt does not fit the context."""

    def predict(records: Sequence[Record]) -> list[Prediction]:
        requests = [
            request_of(template, task, record, (), adapter, passages=numbered(hits))
            for record, hits in zip(records, find(records), strict=True)
        ]
        return [prediction_of(record, done) for record, done in zip(records, completer.complete(requests), strict=True)]

    return predict
