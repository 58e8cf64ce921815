"""A request made ready for the decode loop, and its completion afterwards. Knows the chat template and no model."""

from collections.abc import Sequence
from dataclasses import dataclass

from finewright.base.errors import InputError
from finewright.base.records import Completion, CompletionRequest
from finewright.engine.labels import ChoiceAnswer, Trie
from finewright.engine.scan import Scan
from finewright.engine.text import TextAnswer
from finewright.model.chat import Chat


@dataclass(frozen=True, slots=True)
class Job:
    """A request, its prompt in tokens, its answer in the making and, where probabilities are asked for, its scan."""

    request: CompletionRequest
    prompt: Sequence[int]
    answer: TextAnswer | ChoiceAnswer
    scan: Scan | None = None

    @property
    def longest(self) -> int:
        """The most tokens that prompt and answer can come to."""
        return len(self.answer.prompt) + self.answer.room

    @property
    def completion(self) -> Completion:
        """What the request is answered. Raises ValueError while the answer is not finished."""
        finish = self.answer.finish
        if finish is None:
            raise ValueError("the answer is not yet finished")
        return Completion(
            text=self.answer.text,
            finish=finish,
            prompt_tokens=len(self.prompt),
            completion_tokens=self.answer.taken,
            probabilities=self._probabilities(),
        )

    def _probabilities(self) -> dict[str, float] | None:
        if self.scan is None or self.request.choices is None:
            return None
        return dict(zip(dict.fromkeys(self.request.choices), self.scan.probabilities, strict=True))


class Preparer:
    """Requests to jobs: checks each, encodes it, and builds the trie of equal choices once."""

    def __init__(self, chat: Chat, context: int) -> None:
        self._chat, self._context = chat, context
        self._tries: dict[tuple[str, ...], Trie] = {}

    def jobs(self, requests: Sequence[CompletionRequest]) -> list[Job]:
        """One job per request, in order. Raises InputError where one cannot be answered as asked or fit the context."""
        return [self._job(request, number) for number, request in enumerate(requests, 1)]

    def _job(self, request: CompletionRequest, number: int) -> Job:
        prompt = self._chat.encode_prompt(request.messages)
        job = self._choice(request, prompt) if request.choices is not None else self._text(request, prompt)
        if job.longest > self._context:
            raise InputError(
                f"request {number} is {len(prompt)} tokens of prompt and up to {job.longest - len(prompt)} of answer, "
                f"more than the {self._context} the base can hold",
                remedy="shorten the input or the prompt, or allow a shorter answer",
            )
        return job

    def _text(self, request: CompletionRequest, prompt: Sequence[int]) -> Job:
        _check_text(request)
        answer = TextAnswer(
            prompt,
            terminator=self._chat.terminator,
            stop=request.stop,
            max_tokens=request.max_tokens,
            decode=self._chat.decode,
        )
        return Job(request, prompt, answer)

    def _choice(self, request: CompletionRequest, prompt: Sequence[int]) -> Job:
        trie = self._trie(request.choices or ())
        scan = Scan(prompt, list(trie.tokens.values())) if request.probabilities else None
        return Job(request, prompt, ChoiceAnswer(prompt, trie), scan)

    def _trie(self, choices: tuple[str, ...]) -> Trie:
        if choices not in self._tries:
            self._tries[choices] = Trie({choice: self._chat.encode_answer(choice) for choice in choices})
        return self._tries[choices]


def _check_text(request: CompletionRequest) -> None:
    if request.max_tokens < 1:
        raise InputError(f"an answer of {request.max_tokens} tokens was asked for", remedy="allow at least one")
    if "" in request.stop:
        raise InputError("an empty stop sequence would end every answer at once", remedy="leave it out")
    if request.probabilities:
        raise InputError("probabilities were asked for without choices", remedy="name the choices to weigh")
