"""A base's chat template and tokenizer: messages to token ids, with the answers' tokens marked. Knows no model.

The rendered conversation is cut at the template's control tokens and where an assistant begins to speak; the text
between cuts is tokenised as text. So a training example begins with the very ids that serving sends, a text that
spells `<|im_end|>` stays text, and ordinary text gets the ids that the tokenizer gives the whole.
"""

import copy
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from jinja2 import TemplateError
from transformers import PreTrainedTokenizerBase

from finewright.base.errors import BaseError, InputError
from finewright.base.records import Message
from finewright.model.batch import Example

_PRIVATE = range(0xE000, 0xF900)
"""Unicode's private-use characters: those absent from a conversation serve as marks in it while it is rendered."""


class Chat:
    """Renders and tokenises by the template of `tokenizer`.

    terminator  the control token that the template writes after an answer
    pad         the token that fills up batches; it may equal the terminator, as padding is masked by length

    Raises BaseError where the base has no chat template, or one that ends an answer with no control token.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        if not tokenizer.chat_template:
            raise BaseError(
                "the base has no chat template", remedy="choose an instruction-tuned base, such as smollm2-135m"
            )
        self._tokenizer: Any = tokenizer
        self._plain = _without_control(tokenizer)
        special = {number: token for number, token in tokenizer.added_tokens_decoder.items() if token.special}
        self._control = {token.content.strip(): number for number, token in special.items()}
        self._spelled = re.compile(f"(?={_any_of(re.escape(token.content) for token in special.values())})(.)", re.S)
        self._cuts = _any_of(map(_as_cut, special.values()))
        self._takes_system = True  # until the template has been asked
        self._takes_system = self._keeps_system()
        self.terminator = self._after_answer()
        pad = tokenizer.pad_token_id
        self.pad: int = self.terminator if pad is None else int(pad)

    def render(self, messages: Sequence[Message], *, answering: bool = True) -> str:
        """The conversation as text; with `answering`, up to where the next answer begins.

        Raises InputError where the template refuses the conversation.
        """
        try:
            return self._rendered(messages, answering)
        except TemplateError as fault:
            raise InputError(
                f"the base's chat template does not take this conversation ({fault})",
                remedy="let user and assistant take turns, the user first and last",
            ) from fault

    def turns(self, messages: Sequence[Message]) -> list[dict[str, str]]:
        """The conversation as the template is given it: a system message it has no place for heads the first turn."""
        taken = messages if self._takes_system else _folded(messages)
        return [{"role": message.role, "content": message.content} for message in taken]

    def encode_prompt(self, messages: Sequence[Message]) -> list[int]:
        """Token ids up to where the answer begins: exactly what serving sends. Raises what `render` raises."""
        return [token for token, _ in self._encoded(messages)]

    def encode_answer(self, answer: str) -> list[int]:
        """Token ids of an answer and of the terminator that the template writes after it."""
        return [*self._text(answer), self.terminator]

    def encode_example(self, name: str, messages: Sequence[Message], answer: str) -> Example:
        """Prompt and answer as one example named `name`; every assistant turn is supervised with its terminator."""
        marked = [*self._encoded(messages), *((token, True) for token in self.encode_answer(answer))]
        return Example(name, tuple(token for token, _ in marked), tuple(spoken for _, spoken in marked))

    def decode(self, tokens: Sequence[int]) -> str:
        """The text of token ids, control tokens spelt out."""
        return str(self._tokenizer.decode(list(tokens), skip_special_tokens=False, clean_up_tokenization_spaces=False))

    def truncate(self, messages: Sequence[Message], answer: str, limit: int) -> tuple[Message, ...]:
        """The messages with the end of the longest user message cut until prompt and answer fit `limit` tokens.

        The answer is never cut. Raises InputError where nothing of the message would be left.
        """
        fitted = list(messages)
        users = [place for place, message in enumerate(messages) if message.role == "user"]
        place = max(users, key=lambda place: len(messages[place].content), default=None)
        while (excess := self._length(fitted, answer) - limit) > 0:
            kept = "" if place is None else self._without_end(fitted[place].content, excess)
            if place is None or not kept.strip():
                raise InputError(
                    f"the example does not fit {limit} tokens even without its input",
                    remedy="raise `train.max_length` or shorten the prompt",
                )
            fitted[place] = replace(fitted[place], content=kept)
        return tuple(fitted)

    def _length(self, messages: Sequence[Message], answer: str) -> int:
        return len(self.encode_prompt(messages)) + len(self.encode_answer(answer))

    def _without_end(self, text: str, tokens: int) -> str:
        offsets = self._plain.encode(text, add_special_tokens=False).offsets
        return text[: offsets[-tokens][0]] if tokens < len(offsets) else ""

    def _encoded(self, messages: Sequence[Message]) -> Iterator[tuple[int, bool]]:
        """Tokens of the prompt, each with whether an assistant spoke it: contents and terminators of past answers."""
        speaks, breaks = _marks(messages)
        marked = [
            replace(
                one,
                content=(speaks if one.role == "assistant" else "") + self._spelled.sub(rf"\1{breaks}", one.content),
            )
            for one in messages
        ]
        spoken = False
        for place, piece in enumerate(re.split(f"({self._cuts}|{speaks})", self.render(marked))):
            if place % 2 == 0:
                yield from ((token, spoken) for token in self._text(piece.replace(breaks, "")))
            elif piece == speaks:
                spoken = True
            else:
                yield self._control[piece.strip()], spoken
                spoken = False

    def _text(self, text: str) -> list[int]:
        return list(self._plain.encode(text, add_special_tokens=False).ids)

    def _rendered(self, messages: Sequence[Message], answering: bool) -> str:
        turns = self.turns(messages)
        return str(self._tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=answering))

    def _keeps_system(self) -> bool:
        """Whether the template has a place for a system message: some refuse it, some leave it out silently."""
        mark = chr(_PRIVATE[0])
        try:
            return mark in self._rendered([Message("system", mark), Message("user", "?")], answering=True)
        except TemplateError:
            return False

    def _after_answer(self) -> int:
        mark = chr(_PRIVATE[0])
        rendered = self.render([Message("user", "?"), Message("assistant", mark)], answering=False)
        ending = re.match(rf"\s*({self._cuts})", rendered.partition(mark)[2])
        if ending is None:
            raise BaseError(
                "the base's chat template ends an answer with no control token",
                remedy="choose another base: this one could not learn where to stop",
            )
        terminator: int = self._control[ending[1].strip()]
        return terminator


def _without_control(tokenizer: PreTrainedTokenizerBase) -> Any:
    """A copy of the tokenizer to which control tokens are text like any other, and which neither cuts nor pads."""
    plain: Any = copy.deepcopy(tokenizer.backend_tokenizer)
    plain.encode_special_tokens = True
    plain.no_truncation()
    plain.no_padding()
    return plain


def _folded(messages: Sequence[Message]) -> Sequence[Message]:
    """The conversation with its system message put at the head of the first user message."""
    if len(messages) < 2 or (messages[0].role, messages[1].role) != ("system", "user"):
        return messages
    system, user, *rest = messages
    return [replace(user, content=f"{system.content}\n\n{user.content}"), *rest]


def _marks(messages: Sequence[Message]) -> tuple[str, str]:
    """Two characters that occur nowhere in the conversation."""
    used = set().union(*(message.content for message in messages))
    free = (mark for mark in map(chr, _PRIVATE) if mark not in used)
    return next(free), next(free)


def _as_cut(token: Any) -> str:
    """Where a control token stands: some swallow the white space beside them."""
    before, after = (r"\s*" if swallows else "" for swallows in (token.lstrip, token.rstrip))
    return f"{before}{re.escape(token.content)}{after}"


def _any_of(patterns: Any) -> str:
    """A regular expression for any of these, the longest first; without any, one that never matches."""
    return f"(?:{'|'.join(sorted(patterns, key=len, reverse=True)) or '(?!)'})"
