"""`chat`: a conversation with a base or with what a run has trained, turn by turn. Knows no terminal."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from finewright.base.errors import AdapterError, Place
from finewright.base.order import rank
from finewright.base.recipe import Recipe
from finewright.base.records import CompletionRequest, Message, Record
from finewright.engine.local import LocalCompleter
from finewright.evaluate.prompt import build
from finewright.evaluate.task import Task
from finewright.flows.predict import adapter_folder, serving
from finewright.model.head_folder import is_head
from finewright.model.hub import find
from finewright.model.manifest import Manifest, read_manifest


@dataclass(frozen=True, slots=True)
class Manner:
    """How answers are sampled, and the most tokens that one may have."""

    temperature: float
    top_p: float
    seed: int
    max_tokens: int


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer, how many tokens were written and the seconds that took; `cut` tells what ended it early, if any."""

    text: str
    tokens: int
    seconds: float
    cut: Literal["length", "context"] | None


class Conversation:
    """Turns behind a system message, which grow as it is asked; the same questions get the same answers.

    name    what is talked with
    system  the system message; empty: none is sent
    """

    def __init__(self, completer: LocalCompleter, adapter: str | None, name: str, system: str, manner: Manner) -> None:
        self._completer, self._adapter, self._manner = completer, adapter, manner
        self.name = name
        self.begin(system)

    def begin(self, system: str) -> None:
        """Forget all turns and go on under this system message."""
        self.system = system
        self._turns: tuple[Message, ...] = ()

    def ask(self, text: str) -> Reply | None:
        """The answer to `text` behind all turns so far; None, and nothing is kept, where the context is full.

        Raises InputError where the base's template refuses the conversation.
        """
        asked = (*self._turns, Message("user", text))
        messages = (Message("system", self.system), *asked) if self.system else asked
        room = self._completer.room(messages)
        if room < 1:
            return None
        started = time.perf_counter()
        (done,) = self._completer.complete([self._request(messages, min(room, self._manner.max_tokens))])
        seconds = time.perf_counter() - started
        self._turns = (*asked, Message("assistant", done.text))
        ended: Literal["length", "context"] = "context" if room < self._manner.max_tokens else "length"
        return Reply(done.text, done.completion_tokens, seconds, ended if done.finish == "length" else None)

    def _request(self, messages: tuple[Message, ...], most: int) -> CompletionRequest:
        manner = self._manner
        return CompletionRequest(
            messages,
            max_tokens=most,
            adapter=self._adapter,
            temperature=manner.temperature,
            top_p=manner.top_p,
            seed=rank(manner.seed, "turn", len(self._turns)),
        )


def converse(base: str | None, adapter: Path | None, system: str | None, manner: Manner) -> Conversation:
    """A conversation with a base, or with the adapter or model in a folder or run folder.

    Without `base` it is that of the adapter, or the one a recipe has by default; without `system` the message that the
    adapter was trained under, filled in, or none. Raises BaseError where the base is not stored, AdapterError where
    there is no adapter, it is unsafe, of another base, or a classifier.
    """
    if adapter is None:
        found = find(base or Recipe.model_fields["base"].default)
        return Conversation(*serving(None, found), found.name, system or "", manner)
    folder = adapter_folder(adapter)
    manifest = read_manifest(folder)
    if is_head(folder):
        raise AdapterError(
            "a classifier or a reward model writes no answers", place=Place(folder), remedy="ask it with predict"
        )
    asked = _system(manifest) if system is None else system
    return Conversation(*serving(folder, find(base or manifest.base)), str(adapter), asked, manner)


def _system(manifest: Manifest) -> str:
    """The system message that the adapter was trained under."""
    record = Record(id="", messages=(Message("user", "?"),), answer="")
    opening = build(manifest.prompt, Task.from_json(manifest.task), record)[0]
    return opening.content if opening.role == "system" else ""
