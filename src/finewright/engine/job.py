"""A request made ready for the decode loop, and its completion afterwards. Knows the chat template and no model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite

from finewright.base.errors import InputError
from finewright.base.records import Completion, CompletionRequest, Message
from finewright.engine.constraint import Constraints
from finewright.engine.draw import Sampling
from finewright.engine.labels import Trie
from finewright.engine.scan import Scan
from finewright.engine.search import Search
from finewright.engine.text import TextAnswer
from finewright.model.chat import Chat


@dataclass(frozen=True, slots=True)
class Job:
    """A request, its prompt in tokens, and its answer in the making.

    `choices` are those of the request, each with its tokens; `longest` is the most tokens that an answer can have.
    """

    request: CompletionRequest
    prompt: Sequence[int]
    answer: TextAnswer | Search | Scan
    longest: int
    choices: Mapping[str, Sequence[int]] = field(default_factory=dict)

    @property
    def completion(self) -> Completion:
        """What the request is answered. Raises ValueError while the answer is not finished."""
        if isinstance(self.answer, TextAnswer):
            return self._text(self.answer)
        text, tokens = list(self.choices.items())[self.answer.best]
        return Completion(
            text=text,
            finish="choice",
            prompt_tokens=len(self.prompt),
            completion_tokens=len(tokens),
            probabilities=self._probabilities(),
            probability=self.answer.probability,
            rest=self.answer.rest,
        )

    def _text(self, answer: TextAnswer) -> Completion:
        if answer.finish is None:
            raise ValueError("the answer is not yet finished")
        return Completion(answer.text, answer.finish, len(self.prompt), answer.taken, tokens=answer.tokens)

    def _probabilities(self) -> dict[str, float] | None:
        if not (self.request.probabilities and isinstance(self.answer, Scan)):
            return None
        return dict(zip(self.choices, self.answer.probabilities, strict=True))


class Preparer:
    """Requests to jobs: checks each, encodes equal messages once, and builds the trie of equal choices once.

    Choices are searched for the best one where the model `can_branch` and not every probability is asked for; else all
    are weighed. `constraints` makes of a request's schema what its answer is held to.
    """

    def __init__(self, chat: Chat, context: int, constraints: Constraints, *, can_branch: bool) -> None:
        self._constraints = constraints
        self._chat, self._context, self._can_branch = chat, context, can_branch
        self._prompts: dict[tuple[Message, ...], list[int]] = {}
        self._tries: dict[tuple[str, ...], Trie] = {}

    def jobs(self, requests: Sequence[CompletionRequest]) -> list[Job]:
        """One job per request, in order. Raises InputError where one cannot be answered as asked or fit the context."""
        return [self._job(request, number) for number, request in enumerate(requests, 1)]

    def _job(self, request: CompletionRequest, number: int) -> Job:
        _check_sampling(request, number)
        prompt = self._prompt(request.messages)
        job = self._choice(request, prompt) if request.choices is not None else self._text(request, prompt)
        if len(prompt) + job.longest > self._context:
            raise InputError(
                f"request {number} is {len(prompt)} tokens of prompt and up to {job.longest} of answer, "
                f"more than the {self._context} the base can hold",
                remedy="shorten the input or the prompt, or allow a shorter answer",
            )
        return job

    def _prompt(self, messages: Sequence[Message]) -> list[int]:
        key = tuple(messages)
        if key not in self._prompts:
            self._prompts[key] = self._chat.encode_prompt(messages)
        return self._prompts[key]

    def _text(self, request: CompletionRequest, prompt: Sequence[int]) -> Job:
        _check_text(request)
        answer = TextAnswer(
            prompt,
            terminator=self._chat.terminator,
            stop=request.stop,
            max_tokens=request.max_tokens,
            decode=self._chat.decode,
            sampling=_sampling(request),
            constraint=None if request.schema is None else self._constraints.constraint(request.schema),
        )
        return Job(request, prompt, answer, longest=request.max_tokens)

    def _choice(self, request: CompletionRequest, prompt: Sequence[int]) -> Job:
        trie = self._trie(request.choices or ())
        searched = self._can_branch and not request.probabilities
        answer = Search(prompt, trie) if searched else Scan(prompt, list(trie.tokens.values()))
        return Job(request, prompt, answer, longest=trie.longest, choices=trie.tokens)

    def _trie(self, choices: tuple[str, ...]) -> Trie:
        if choices not in self._tries:
            self._tries[choices] = Trie({choice: self._chat.encode_answer(choice) for choice in choices})
        return self._tries[choices]


def _sampling(request: CompletionRequest) -> Sampling | None:
    return Sampling(request.temperature, request.top_p, request.seed) if request.temperature else None


def _check_sampling(request: CompletionRequest, number: int) -> None:
    if not (isfinite(request.temperature) and request.temperature >= 0):
        raise InputError(
            f"request {number} asks for a temperature of {request.temperature}",
            remedy="give 0 for the likeliest answer, or a number above it",
        )
    if not 0 < request.top_p <= 1:
        raise InputError(
            f"request {number} asks to sample from a share of {request.top_p} of the probability",
            remedy="give `top_p` a number above 0 and no larger than 1",
        )
    if request.temperature and request.choices is not None:
        raise InputError(
            f"request {number} asks for choices and for sampling, and the likeliest of choices is not sampled",
            remedy="give a temperature of 0, or no choices",
        )
    if request.schema is not None and request.choices is not None:
        raise InputError(
            f"request {number} asks for choices and for a schema", remedy="name the choices or the schema, not both"
        )


def _check_text(request: CompletionRequest) -> None:
    if request.max_tokens < 1:
        raise InputError(f"an answer of {request.max_tokens} tokens was asked for", remedy="allow at least one")
    if "" in request.stop:
        raise InputError("an empty stop sequence would end every answer at once", remedy="leave it out")
    if request.probabilities:
        raise InputError("probabilities were asked for without choices", remedy="name the choices to weigh")
