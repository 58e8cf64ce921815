"""A base's chat template and tokenizer: messages to token ids, with the answers' tokens marked. Knows no model.

Training and serving go through the same segments: a prompt is rendered by the template and tokenised in pieces, each
message's content apart from the control text around it. So a training example begins with the very ids that serving
sends, and a text that spells `<|im_end|>` stays text: only the template writes control tokens.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from transformers import PreTrainedTokenizerBase

from finewright.base.errors import BaseError, InputError
from finewright.base.records import Message
from finewright.model.batch import Example

_MARK = "\ue000{}\ue001"
"""Stands for the content of message {} while the template renders: private-use characters, which no template writes."""


class Chat:
    """Renders and tokenises by the template of `tokenizer`. Raises BaseError where it has none, or a strange one."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        self._tokenizer: Any = tokenizer
        if not tokenizer.chat_template:
            raise BaseError("the base has no chat template", remedy="choose an instruction-tuned base")
        self._ending = self._between_answer_and_next()
        ids = self._control(self._ending)
        if not ids:
            raise BaseError("the base's chat template writes nothing after an answer", remedy="choose another base")
        self.terminator: int = ids[0]
        pad = tokenizer.pad_token_id
        self.pad: int = self.terminator if pad is None else int(pad)

    def render(self, messages: Sequence[Message], *, answering: bool = True) -> str:
        """The conversation as text; with `answering`, up to where the next answer begins."""
        text = self._tokenizer.apply_chat_template(
            [{"role": message.role, "content": message.content} for message in messages],
            tokenize=False,
            add_generation_prompt=answering,
        )
        return str(text)

    def encode_prompt(self, messages: Sequence[Message]) -> list[int]:
        """Token ids up to where the answer begins: exactly what serving sends."""
        return [token for token, _ in self._encoded(messages, answering=True)]

    def encode_answer(self, answer: str) -> list[int]:
        """Token ids of an answer and of the terminator that the template writes after it."""
        return [*self._content(answer), self.terminator]

    def encode_example(self, name: str, messages: Sequence[Message], answer: str) -> Example:
        """Prompt and answer as one example; every assistant turn is supervised, its terminator included."""
        marked = [*self._encoded(messages, answering=True), *((token, True) for token in self.encode_answer(answer))]
        return Example(name, tuple(token for token, _ in marked), tuple(wanted for _, wanted in marked))

    def decode(self, tokens: Sequence[int]) -> str:
        """The text of token ids, control tokens spelt out."""
        return str(self._tokenizer.decode(list(tokens), skip_special_tokens=False))

    def truncate(self, messages: Sequence[Message], answer: str, limit: int) -> tuple[Message, ...]:
        """The messages with the end of the longest user message cut until prompt and answer fit `limit` tokens.

        The answer is never cut. Raises InputError where even an empty message would not fit.
        """
        fitted = list(messages)
        place = max(
            (number for number, message in enumerate(messages) if message.role == "user"),
            key=lambda number: len(messages[number].content),
            default=None,
        )
        excess = self._length(fitted, answer) - limit
        while excess > 0:
            if place is None or not fitted[place].content:
                raise InputError(
                    f"the example does not fit {limit} tokens even without its input",
                    remedy="raise `train.max_length` or shorten the prompt",
                )
            kept = self._content(fitted[place].content)[:-excess]
            # Decoding can end inside a character: what is left of it is dropped with the rest.
            text = self.decode(kept).rstrip("\ufffd") if kept else ""
            fitted[place] = replace(fitted[place], content=text)
            excess = self._length(fitted, answer) - limit
        return tuple(fitted)

    def _length(self, messages: Sequence[Message], answer: str) -> int:
        return len(self.encode_prompt(messages)) + len(self.encode_answer(answer))

    def _encoded(self, messages: Sequence[Message], *, answering: bool) -> Iterator[tuple[int, bool]]:
        """Tokens with whether each is supervised: the content and terminator of assistant turns."""
        ended = False
        for text, message in self._pieces(messages, answering):
            if message is not None:
                supervised = message.role == "assistant"
                yield from ((token, supervised) for token in self._content(text))
                ended = supervised
                continue
            for token in self._control(text):
                yield token, ended and token == self.terminator
                ended = False

    def _pieces(self, messages: Sequence[Message], answering: bool) -> Iterator[tuple[str, Message | None]]:
        """The rendered text cut into control text (None) and the contents of messages, in order."""
        marked = [replace(message, content=_MARK.format(number)) for number, message in enumerate(messages)]
        rest = self.render(marked, answering=answering)
        for number, message in enumerate(messages):
            before, found, rest = rest.partition(_MARK.format(number))
            if not found:
                raise BaseError(
                    f"the base's chat template leaves out a {message.role} message", remedy="choose another base"
                )
            yield before, None
            yield message.content, message
        yield rest, None

    def _between_answer_and_next(self) -> str:
        """What the template writes right after an assistant's content."""
        turns = [Message("user", _MARK.format(0)), Message("assistant", _MARK.format(1))]
        return self.render(turns, answering=False).partition(_MARK.format(1))[2]

    def _control(self, text: str) -> list[int]:
        return list(self._tokenizer(text, add_special_tokens=False)["input_ids"]) if text else []

    def _content(self, text: str) -> list[int]:
        ids = self._tokenizer(text, add_special_tokens=False, split_special_tokens=True)["input_ids"] if text else []
        return list(ids)
