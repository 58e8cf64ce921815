"""The records that pass between rooms: examples, requests, answers, predictions.

Knows nothing about files, tokens or models. All are frozen: a room that wants another value makes another record.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Role = Literal["system", "user", "assistant", "tool"]
TaskKind = Literal["classes", "labels", "json", "text", "numbers", "documents", "preferences", "feedback"]

PREFERRED: frozenset[TaskKind] = frozenset({"preferences", "feedback"})
"""Kinds of which the rows say how good answers are, rather than which answer is right."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A function that an assistant asks for. `arguments` is the JSON text of an object, its keys as they were given."""

    name: str
    arguments: str
    id: str | None = None

    @property
    def text(self) -> str:
        """The call in plain text, for whoever has no form of its own for calls."""
        name = json.dumps(self.name, ensure_ascii=False)
        return f'<tool_call>{{"name": {name}, "arguments": {self.arguments}}}</tool_call>'


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation.

    calls    the functions that an assistant's turn asks for, beside its content, which may then be empty
    call_id  of a tool's turn, the call that it answers; `name` is the function's
    tools    the JSON text of a list of function schemas: what may be called from this turn on
    weight   whether an assistant's turn is learned (1) or not (0); None: as the recipe says
    """

    role: Role
    content: str
    calls: tuple[ToolCall, ...] = ()
    name: str | None = None
    call_id: str | None = None
    tools: str | None = None
    weight: int | None = None

    @property
    def text(self) -> str:
        """All that is said: the content, and each call in plain text on a line of its own."""
        return "\n".join(part for part in (self.content, *(call.text for call in self.calls)) if part)


@dataclass(frozen=True, slots=True)
class Record:
    """One example: a conversation so far and the answer wanted next.

    A labelled row is one user message and its label; a chat is its turns up to the last assistant turn, which is
    the answer. `id` is the digest of messages, answer and judgement plus an occurrence number, so that two equal rows
    differ in id and removing a row changes no other row's id. `reply` is the answer as a turn where it makes calls,
    and `answer` the text that it is compared by. Of a preference `answer` is the chosen side and `rejected` the
    other; of feedback `desirable` tells whether the answer got a thumb up. Only one of these two judgements is there.
    """

    id: str
    messages: tuple[Message, ...]
    answer: str
    source: str = ""
    line: int = 0
    group: str | None = None
    time: str | None = None
    reply: Message | None = None
    rejected: Message | None = None
    desirable: bool | None = None

    @property
    def text(self) -> str:
        """The input as one text: what classifiers read and what nearness compares."""
        return "\n".join(message.text for message in self.messages)

    @property
    def turn(self) -> Message:
        """The answer as the turn that it is."""
        return self.reply or Message("assistant", self.answer)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that was not taken, where it stands, and why. `remedy` is what the user can do."""

    source: str
    line: int
    reason: str
    remedy: str = ""
    kind: str = "bad"


@dataclass(frozen=True, slots=True)
class CompletionRequest:
    """What a `Completer` is asked.

    `adapter` is the digest of a loaded adapter, or None for the bare base. With `choices` the answer is the
    likeliest of them; `probabilities` asks besides for the exact probability of each whole choice, its terminator
    included.

    temperature  0 takes the likeliest token each time; above it tokens are sampled
    top_p        sampling keeps to the likeliest tokens that together have this probability
    seed         decides, with the place of a token in the answer, what is sampled
    schema       the text of a JSON Schema that the answer must keep to, whoever can hold it to one
    """

    messages: tuple[Message, ...]
    max_tokens: int = 128
    stop: tuple[str, ...] = ()
    choices: tuple[str, ...] | None = None
    probabilities: bool = False
    adapter: str | None = None
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 0
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class Completion:
    """What a `Completer` answers. `finish` tells a natural end (`stop`), a choice, or a cut by length.

    Of a choice, where known: `probability` is that of the whole choice, its terminator included; `rest` is the most
    that all other choices have together, and exactly that where every probability was asked for. Of a text, where
    known: `tokens` are the ids as they were written, the terminator included where there was one.
    """

    text: str
    finish: Literal["stop", "choice", "length"]
    prompt_tokens: int
    completion_tokens: int
    probabilities: Mapping[str, float] | None = None
    probability: float | None = None
    rest: float | None = None
    tokens: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Prediction:
    """An arm's answer to one record, as stored per row; `probability` is the answer's, where the arm has one."""

    record: str
    answer: str
    finish: str = "stop"
    prompt_tokens: int = 0
    completion_tokens: int = 0
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """How good one answer is. `correct` decides verdicts; `parts` are named figures in 0..1 (validity, fields)."""

    correct: bool
    parts: Mapping[str, float] = field(default_factory=dict)
