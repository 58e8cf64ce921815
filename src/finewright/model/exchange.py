"""A conversation and an answer to it as a reward head reads them: one run of tokens, cut to a length. Knows no head.

What gives way is the beginning of the conversation. An answer is cut only where it alone is too long, and then at its
end: no answer is ever empty for want of room.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from finewright.base.errors import InputError
from finewright.base.records import Message
from finewright.model.batch import Example
from finewright.model.chat import Chat, without_control
from finewright.model.hub import Base, load_tokenizer
from finewright.model.texts import headed

Tokens = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Exchange:
    """An answer behind its conversation, ready to be laid out, and how many tokens of each were left out."""

    example: Example
    prompt_cut: int = 0
    answer_cut: int = 0


@dataclass(frozen=True, slots=True)
class Exchanges:
    """How a base reads an answer behind a conversation, in at most `longest` tokens.

    parts   a conversation and an answer -> the tokens of each, without those of the frame
    frame   tokens before the conversation, and behind the answer
    pad     the token that fills up a decoder's rows, where a layout has to

    Raises InputError where `longest` has no room for an answer.
    """

    parts: Callable[[Sequence[Message], Message], tuple[Sequence[int], Sequence[int]]]
    frame: tuple[Tokens, Tokens]
    longest: int
    pad: int = 0

    def __post_init__(self) -> None:
        if self._room < 1:
            raise InputError(
                f"{self.longest} tokens leave no room for an answer, which {self.longest - self._room} more frame",
                remedy="raise `arms.reward.train.max_length`",
            )

    @classmethod
    def of(cls, base: Base, longest: int) -> "Exchanges":
        """As the base was made to read them: a decoder by its chat template, an encoder as a text with a line a turn.

        Raises BaseError where a decoder has no chat template that can be used.
        """
        tokenizer = load_tokenizer(base)
        if base.kind == "decoder":
            chat = Chat(tokenizer)
            return cls(_rendered(chat), ((), (chat.terminator,)), longest, chat.pad)
        plain = without_control(tokenizer)
        return cls(_written(plain), _frame(plain), longest)

    @property
    def _room(self) -> int:
        return self.longest - sum(map(len, self.frame))

    def read(self, name: str, messages: Sequence[Message], answer: str | Message, group: str | None = None) -> Exchange:
        """The answer behind the conversation, as an example of that name.

        It hangs on nothing else, so that an answer is scored as it was learned. Raises InputError where a chat
        template refuses the conversation.
        """
        turn = Message("assistant", answer) if isinstance(answer, str) else answer
        prompt, said = self.parts(messages, turn)
        kept = said[: self._room]
        recent = prompt[max(0, len(prompt) - (self._room - len(kept))) :]
        before, behind = self.frame
        example = headed(name, (*before, *recent, *kept, *behind))
        return Exchange(replace(example, group=group), len(prompt) - len(recent), len(said) - len(kept))


def _rendered(chat: Chat) -> Callable[[Sequence[Message], Message], tuple[Sequence[int], Sequence[int]]]:
    """By the chat template; the terminator behind the answer is the frame's."""

    def parts(messages: Sequence[Message], turn: Message) -> tuple[Sequence[int], Sequence[int]]:
        return chat.encode_prompt(messages), chat.encode_answer(turn, behind=messages)[:-1]

    return parts


def _written(plain: Any) -> Callable[[Sequence[Message], Message], tuple[Sequence[int], Sequence[int]]]:
    """A line for each turn, told by who speaks, the answer too; control tokens that a text spells stay text."""

    def parts(messages: Sequence[Message], turn: Message) -> tuple[Sequence[int], Sequence[int]]:
        lines = [f"{message.role}: {message.text}" for message in messages]
        return _bare(plain, "\n".join([*lines, f"{turn.role}:"])).ids, _bare(plain, turn.text).ids

    return parts


def _frame(plain: Any) -> tuple[Tokens, Tokens]:
    """The tokens that an encoder's tokenizer puts before and behind a text."""
    framed = plain.encode("a")
    own = [place for place, text in enumerate(framed.sequence_ids) if text is not None]
    return tuple(framed.ids[: own[0]]), tuple(framed.ids[own[-1] + 1 :])


def _bare(plain: Any, text: str) -> Any:
    return plain.encode(text, add_special_tokens=False)
