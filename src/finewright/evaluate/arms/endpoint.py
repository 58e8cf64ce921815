"""A model behind an endpoint as an arm: the same prompts, rows and limits, with answers handed over as they come."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from finewright.base.records import Completion, CompletionRequest, Message, Prediction, Record
from finewright.evaluate.arms.prompted import prediction_of, request_of
from finewright.evaluate.task import Task

_TOOLS = "The rows make tool calls, which endpoints are not asked for."


class GradualCompleter(Protocol):
    """A Completer that hands over each answer, with its request's place, as it comes."""

    def each(self, requests: Sequence[CompletionRequest]) -> Iterator[tuple[int, Completion]]: ...


class EndpointArm:
    """A gradual predictor that asks `completer` with a template and the same examples for every record."""

    def __init__(self, completer: GradualCompleter, template: str, task: Task, shots: Sequence[Record] = ()) -> None:
        self._completer, self._template, self._task, self._shots = completer, template, task, tuple(shots)

    def __call__(self, records: Sequence[Record]) -> list[Prediction]:
        """One prediction each, in order. Raises what the completer raises."""
        found = {prediction.record: prediction for prediction in self.each(records)}
        return [found[record.id] for record in records]

    def each(self, records: Sequence[Record]) -> Iterator[Prediction]:
        """One prediction each, as they come. Raises what the completer raises, after those that came before."""
        requests = [request_of(self._template, self._task, record, self._shots) for record in records]
        for place, done in self._completer.each(requests):
            yield prediction_of(records[place], done)


def why_no_endpoint(records: Sequence[Record]) -> str | None:
    """Why an endpoint cannot be asked about these records, in one sentence; None where it can."""
    return _TOOLS if any(_calls(turn) for record in records for turn in (*record.messages, record.turn)) else None


def _calls(turn: Message) -> bool:
    return bool(turn.calls or turn.tools or turn.role == "tool")
