"""A Completer without a model, for tests and for trying a pipeline: known answers, every request recorded."""

from collections.abc import Callable, Mapping, Sequence

from finewright.base.errors import InputError
from finewright.base.records import Completion, CompletionRequest
from finewright.engine.text import cut_at_stop


class FakeCompleter:
    """Answers from a mapping of last messages to answers, or from a function of the request.

    `requests` holds everything asked so far, in order. Tokens are counted as words. Probabilities, when asked for, are
    1 for the answer and 0 for the other choices.
    """

    def __init__(self, answers: Mapping[str, str] | Callable[[CompletionRequest], str]) -> None:
        self._answers = answers
        self.requests: list[CompletionRequest] = []

    def complete(self, requests: Sequence[CompletionRequest]) -> list[Completion]:
        """One completion per request, in order, cut at stop sequences and length as a model's would be.

        Raises InputError where no answer is known, or the answer is not among the request's choices.
        """
        self.requests.extend(requests)
        return [self._complete(request) for request in requests]

    def _complete(self, request: CompletionRequest) -> Completion:
        asked = sum(len(message.content.split()) for message in request.messages)
        answer = self._answer(request)
        if request.choices is None:
            return _written(cut_at_stop(answer, request.stop), request.max_tokens, asked)
        if answer not in request.choices:
            raise InputError(f"the fake answer {answer!r} is not among the request's choices")
        certain = {choice: float(choice == answer) for choice in request.choices} if request.probabilities else None
        return Completion(answer, "choice", asked, len(answer.split()), certain, probability=1.0, rest=0.0)

    def _answer(self, request: CompletionRequest) -> str:
        if callable(self._answers):
            return self._answers(request)
        text = request.messages[-1].content
        if text not in self._answers:
            raise InputError(f"the fake knows no answer to {text!r}", remedy="add it to the mapping")
        return self._answers[text]


def _written(text: str, max_tokens: int, asked: int) -> Completion:
    words = text.split()
    if len(words) > max_tokens:
        return Completion(" ".join(words[:max_tokens]), "length", asked, max_tokens)
    return Completion(text, "stop", asked, len(words))
