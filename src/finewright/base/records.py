"""The records that pass between rooms: examples, requests, answers, predictions.

Knows nothing about files, tokens or models. All are frozen: a room that wants another value makes another record.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Role = Literal["system", "user", "assistant"]
TaskKind = Literal["classes", "json", "text"]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Record:
    """One example: a conversation so far and the answer wanted next.

    A labelled row is one user message and its label; a chat is its turns up to the last assistant turn, which is
    the answer. `id` is the digest of messages and answer plus an occurrence number, so that two equal rows differ
    in id and removing a row changes no other row's id.
    """

    id: str
    messages: tuple[Message, ...]
    answer: str
    source: str = ""
    line: int = 0
    group: str | None = None
    time: str | None = None

    @property
    def text(self) -> str:
        """The input as one text: what classifiers read and what nearness compares."""
        return "\n".join(message.content for message in self.messages)


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
    """

    messages: tuple[Message, ...]
    max_tokens: int = 128
    stop: tuple[str, ...] = ()
    choices: tuple[str, ...] | None = None
    probabilities: bool = False
    adapter: str | None = None


@dataclass(frozen=True, slots=True)
class Completion:
    """What a `Completer` answers. `finish` tells a natural end (`stop`), a choice, or a cut by length.

    Of a choice, where known: `probability` is that of the whole choice, its terminator included; `rest` is the most
    that all other choices have together, and exactly that where every probability was asked for.
    """

    text: str
    finish: Literal["stop", "choice", "length"]
    prompt_tokens: int
    completion_tokens: int
    probabilities: Mapping[str, float] | None = None
    probability: float | None = None
    rest: float | None = None


@dataclass(frozen=True, slots=True)
class Prediction:
    """An arm's answer to one record, as stored per row."""

    record: str
    answer: str
    finish: str = "stop"
    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Score:
    """How good one answer is. `correct` decides verdicts; `parts` are named figures in 0..1 (validity, fields)."""

    correct: bool
    parts: Mapping[str, float] = field(default_factory=dict)
