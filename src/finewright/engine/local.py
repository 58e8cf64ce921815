"""The Completer that runs a base on this machine, with any number of adapters. Knows no tasks and no scorers.

Requests are grouped by adapter, and within an adapter answered together whatever their choices and lengths; what their
prompts begin with is read once, and so are equal prompts. An adapter is never merged into the weights, so answers do
not depend on what was served before.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from peft import PeftModel
from transformers import PreTrainedModel

from finewright.base.errors import AdapterError
from finewright.base.progress import progress
from finewright.base.records import Completion, CompletionRequest, Message
from finewright.engine.branches import can_branch, search
from finewright.engine.constraint import Constraints
from finewright.engine.decode import decode
from finewright.engine.job import Job, Preparer
from finewright.engine.scan import Scan, scan
from finewright.engine.search import Search
from finewright.engine.start import Start
from finewright.engine.text import TextAnswer
from finewright.model import lora
from finewright.model.chat import Chat
from finewright.model.hub import Base
from finewright.model.modes import at_rest


class LocalCompleter:
    """Answers requests with `model`, a decoder, which may be in training: it is left in the modes it was in.

    A model that comes with an adapter answers as it is, with that adapter where it is active, and takes no others.

    chat          the base's template and tokenizer
    context       the most tokens of prompt and answer together
    batch_tokens  the most tokens held side by side, padding and room for answers included: memory, not results
    """

    def __init__(self, model: PreTrainedModel | PeftModel, chat: Chat, *, context: int, batch_tokens: int) -> None:
        self._comes_adapted = isinstance(model, PeftModel)
        self._model: PreTrainedModel = model.get_base_model() if self._comes_adapted else model
        self._chat = chat
        self._context, self._batch_tokens = context, batch_tokens
        vocabulary = int(self._model.config.get_text_config().vocab_size)
        self._constraints = Constraints(chat.tokenizer, chat.terminator, vocabulary)
        self._adapted: PeftModel | None = None
        self._adapters: set[str] = set()

    def add_adapter(self, folder: Path, base: Base) -> str:
        """Load the adapter stored in `folder` beside those already loaded; the digest that requests name it by.

        Raises AdapterError where it is unsafe to open, damaged, or made for another base than `base`, ValueError where
        the model came with an adapter.
        """
        if self._comes_adapted:
            raise ValueError("a model that came with an adapter takes no others")
        lora.check(folder, base)
        digest = lora.adapter_digest(folder)
        if digest not in self._adapters:
            self._adapted = lora.load(self._adapted or self._model, folder, base, digest)
            self._adapters.add(digest)
        return digest

    def complete(self, requests: Sequence[CompletionRequest]) -> list[Completion]:
        """One completion per request, in order; nothing is decoded before every request is found sound.

        A request with choices is answered with the likeliest of them, of equals the first, whether or not probabilities
        are asked for; `max_tokens` and `stop` do not touch it. Probabilities are those of each whole choice with its
        terminator, as the model gives them: they are not scaled to add up to one.

        A request with a temperature is answered by sampling. Its answer hangs on messages, adapter and seed, and on no
        other request, up to the rounding of logits.

        A request with a schema is answered with the likeliest tokens, or those sampled, among what the schema allows;
        only an answer that was cut by its length may fall short of it.

        Raises InputError where a request cannot be answered as asked or fit the context, AdapterError where it names an
        adapter that was not added, BaseError where the base keeps something other than keys and values.
        """
        self._check_adapters(requests)
        preparer = Preparer(self._chat, self._context, self._constraints, can_branch=can_branch(self._model))
        jobs = preparer.jobs(requests)
        with progress("Answering", len(jobs), "answers") as advance:
            for adapter in dict.fromkeys(request.adapter for request in requests):
                with self.serving(adapter):
                    self._answer([job for job in jobs if job.request.adapter == adapter], advance)
        return [job.completion for job in jobs]

    def _answer(self, jobs: Sequence[Job], done: Callable[[int], None]) -> None:
        start = Start(self._model, [job.prompt for job in jobs])
        answers = [job.answer for job in jobs]
        decode(start, [one for one in answers if isinstance(one, TextAnswer)], self._batch_tokens, done)
        search(start, [one for one in answers if isinstance(one, Search)], self._batch_tokens, done)
        scan(start, [one for one in answers if isinstance(one, Scan)], self._batch_tokens, done)

    def room(self, messages: Sequence[Message]) -> int:
        """How many tokens the context leaves for an answer to `messages`; below zero where they do not fit it.

        Raises InputError where the template refuses them.
        """
        return self._context - len(self._chat.encode_prompt(messages))

    @contextmanager
    def serving(self, adapter: str | None) -> Iterator[PreTrainedModel | PeftModel]:
        """The model as it answers while the block runs: as given, or with `adapter`; no module is in training mode."""
        with at_rest(self._model):
            if self._adapted is None:
                yield self._model
            elif adapter is None:
                with self._adapted.disable_adapter():
                    yield self._adapted
            else:
                self._adapted.set_adapter(adapter)
                yield self._adapted

    def _check_adapters(self, requests: Sequence[CompletionRequest]) -> None:
        unknown = sorted({request.adapter for request in requests if request.adapter} - self._adapters)
        if unknown:
            raise AdapterError(
                f"no adapter with the digest {unknown[0][:12]} is loaded", remedy="add it before asking for it"
            )
