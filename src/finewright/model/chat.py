"""A base's chat template and tokenizer: messages to token ids, with the answers' tokens marked. Knows no model.

The rendered conversation is cut at the template's control tokens and where an assistant begins to speak; the text
between cuts is tokenised as text. So a training example begins with the very ids that serving sends, a text that
spells `<|im_end|>` stays text, and ordinary text gets the ids that the tokenizer gives the whole.
"""

import copy
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

from transformers import PreTrainedTokenizerBase

from finewright.base.errors import InputError
from finewright.base.records import Message, ToolCall
from finewright.model.batch import Example
from finewright.model.template import PRIVATE, Template, any_of
from finewright.model.tools import as_given, schemas


class Chat:
    """Renders and tokenises by the template of `tokenizer`.

    terminator  the control token that the template writes after an answer
    pad         the token that fills up batches; it may equal the terminator, as padding is masked by length

    Raises BaseError where the base has no chat template, or one that ends an answer with no control token.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        self._template = Template(tokenizer)
        self._tokenizer: Any = tokenizer
        self._plain = without_control(tokenizer)
        special = {number: token for number, token in tokenizer.added_tokens_decoder.items() if token.special}
        self._control = {token.content.strip(): number for number, token in special.items()}
        self._spelled = re.compile(f"(?={any_of(re.escape(token.content) for token in special.values())})(.)", re.S)
        self.terminator: int = self._control[self._template.terminator]
        pad = tokenizer.pad_token_id
        self.pad: int = self.terminator if pad is None else int(pad)

    @property
    def tokenizer(self) -> Any:
        """The tokenizer itself, for whoever needs the bytes of its tokens."""
        return self._tokenizer

    def render(self, messages: Sequence[Message], *, answering: bool = True) -> str:
        """The conversation as text; with `answering`, up to where the next answer begins.

        Raises InputError where the template refuses the conversation.
        """
        return self._template.read(self._template.taken(messages), answering=answering)

    def given(self, messages: Sequence[Message]) -> dict[str, Any]:
        """The conversation as arguments of transformers' `apply_chat_template`."""
        taken = self._template.taken(messages)
        return {"conversation": list(map(as_given, taken)), "tools": schemas(taken) or None}

    def encode_prompt(self, messages: Sequence[Message]) -> list[int]:
        """Token ids up to where the answer begins: exactly what serving sends.

        Raises what `render` raises, and InputError where the template would leave a turn out.
        """
        return [token for token, _ in self._encoded(messages)]

    def encode_answer(self, answer: str | Message, *, behind: Sequence[Message] = (Message("user", "?"),)) -> list[int]:
        """Token ids of an answer and of the terminator that the template writes after it.

        Of a turn that makes calls, these are written as the template writes them `behind` a conversation. Raises
        InputError where it writes them otherwise than it asks for an answer.
        """
        if isinstance(answer, str) or not self._template.has_own(answer.calls):
            return [*self._text(answer if isinstance(answer, str) else answer.text), self.terminator]
        results = [Message("tool", "?", name=call.name, call_id=call.id) for call in answer.calls]
        place = sum(message.role == "assistant" for message in behind)
        # Results follow, for a template may write the last turn of all in another way than it is written by the model.
        tokens = [token for token, turn in self._encoded([*behind, answer, *results]) if turn == place]
        if not tokens:
            raise InputError(
                "the base's chat template writes a tool call otherwise than it asks for one",
                remedy="give that turn a text beside its call, or remove the row",
            )
        return tokens

    def said(self, answer: Message, messages: Sequence[Message]) -> str:
        """The answer as the text that the model is to write behind `messages`."""
        return self.decode(self.encode_answer(answer, behind=messages)[:-1])

    def encode_example(
        self, name: str, messages: Sequence[Message], answer: str | Message, *, turns: str = "all"
    ) -> Example:
        """Prompt and answer as one example named `name`.

        Supervised are the answer and those past assistant turns that are `learned` under `turns`, each with its
        terminator. Raises InputError where the template writes a turn to be learned otherwise than it is answered.
        """
        wanted = _learned_turns(messages, turns)
        past = list(self._encoded(messages))
        if wanted - {turn for _, turn in past}:
            raise InputError(
                "the base's chat template changes an earlier turn that is to be learned",
                remedy="set `train.turns: last`, or the weight of that turn to 0",
            )
        marked = [(token, turn in wanted) for token, turn in past]
        marked += [(token, True) for token in self.encode_answer(answer, behind=messages)]
        return Example(name, tuple(token for token, _ in marked), tuple(spoken for _, spoken in marked))

    def decode(self, tokens: Sequence[int]) -> str:
        """The text of token ids, control tokens spelt out."""
        return str(self._tokenizer.decode(list(tokens), skip_special_tokens=False, clean_up_tokenization_spaces=False))

    def truncate(self, messages: Sequence[Message], answer: str | Message, limit: int) -> tuple[Message, ...]:
        """The messages with ends of the longest user and tool messages cut until prompt and answer fit `limit` tokens.

        Nothing that an assistant says is ever cut. Raises InputError where nothing of a message would be left.
        """
        fitted = list(messages)
        cuttable = [place for place, message in enumerate(messages) if message.role in ("user", "tool")]
        while (excess := self._length(fitted, answer) - limit) > 0:
            place = max(cuttable, key=lambda place: len(fitted[place].content), default=None)
            kept = "" if place is None else self._without_end(fitted[place].content, excess)
            if place is None or not kept.strip():
                raise InputError(
                    f"the example does not fit {limit} tokens even without its input",
                    remedy="raise `train.max_length` or shorten the prompt",
                )
            fitted[place] = replace(fitted[place], content=kept)
        return tuple(fitted)

    def _length(self, messages: Sequence[Message], answer: str | Message) -> int:
        return len(self.encode_prompt(messages)) + len(self.encode_answer(answer, behind=messages))

    def _without_end(self, text: str, tokens: int) -> str:
        """The text without so many tokens of its end or, if less, half of it: then another may be longer."""
        offsets = self._plain.encode(text, add_special_tokens=False).offsets
        return text[: offsets[-min(tokens, max(1, len(offsets) // 2))][0]] if offsets else ""

    def _encoded(self, messages: Sequence[Message]) -> Iterator[tuple[int, int | None]]:
        """Tokens of the prompt, each with the number of the past answer that it is part of: content or terminator."""
        taken = self._template.taken(messages)
        self._template.check_kept(taken)
        speaks, breaks = _marks(taken)
        answers = [message for message in taken if message.role == "assistant"]
        turn = None
        cuts = f"({self._template.cuts}|{speaks}[0-9]+{speaks})"
        for place, piece in enumerate(re.split(cuts, self._marked(taken, speaks, breaks))):
            if place % 2 == 0:
                yield from ((token, turn) for token in self._text(piece.replace(breaks, "")))
            elif piece.startswith(speaks):
                turn = int(piece.strip(speaks))
            else:
                token = self._control[piece.strip()]
                yield token, turn
                # Calls may be written with control tokens of their own; behind a text the first one ends the turn.
                if turn is not None and (token == self.terminator or not answers[turn].calls):
                    turn = None

    def _marked(self, taken: Sequence[Message], speaks: str, breaks: str) -> str:
        """The rendered conversation with control tokens spelled in its texts broken up, and past answers numbered.

        An answer stays without a number where the template writes it otherwise than serving would have asked for it.
        """
        numbers, leading = count(), {}
        marked = []
        for place, message in enumerate(taken):
            opening = f"{speaks}{next(numbers)}{speaks}" if message.role == "assistant" else ""
            broken = self._broken(message, breaks)
            if message.calls and not message.content:
                leading[place] = opening
            else:
                broken = replace(broken, content=opening + broken.content)
            marked.append(broken)
        text = self._template.read(marked)
        # A mark would be a text beside the calls where there is none: these turns begin where serving's prompt ends.
        for place, opening in reversed(leading.items()):
            before = self._template.read(marked[:place])
            if text.startswith(before):
                text = before + opening + text[len(before) :]
        return text

    def _broken(self, message: Message, breaks: str) -> Message:
        """The turn with a break behind the first letter of every control token that it spells."""

        def broken(text: str) -> str:
            return self._spelled.sub(rf"\1{breaks}", text)

        return replace(
            message,
            content=broken(message.content),
            calls=tuple(
                ToolCall(broken(call.name), broken(call.arguments), call.id and broken(call.id))
                for call in message.calls
            ),
            name=message.name and broken(message.name),
            call_id=message.call_id and broken(message.call_id),
            tools=message.tools and broken(message.tools),
        )

    def _text(self, text: str) -> list[int]:
        return list(self._plain.encode(text, add_special_tokens=False).ids)


def learned(message: Message, turns: str) -> bool:
    """Whether a past assistant turn is learned: as its row says, else all of them under `turns: all`."""
    return bool(message.weight) if message.weight is not None else turns == "all"


def _learned_turns(messages: Sequence[Message], turns: str) -> set[int | None]:
    """The numbers, among the assistant's turns, of those that are learned."""
    answers = [message for message in messages if message.role == "assistant"]
    return {place for place, message in enumerate(answers) if learned(message, turns)}


def without_control(tokenizer: PreTrainedTokenizerBase) -> Any:
    """A copy of the tokenizer to which control tokens are text like any other, and which neither cuts nor pads."""
    plain: Any = copy.deepcopy(tokenizer.backend_tokenizer)
    plain.encode_special_tokens = True
    plain.no_truncation()
    plain.no_padding()
    return plain


def _marks(messages: Sequence[Message]) -> tuple[str, str]:
    """Two characters that occur nowhere in the conversation."""
    used = set().union(
        *(f"{message.text}{message.tools}{message.name}{message.call_id}{message.calls}" for message in messages)
    )
    free = (mark for mark in map(chr, PRIVATE) if mark not in used)
    return next(free), next(free)
