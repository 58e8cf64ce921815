"""Beginnings of answers that the model goes on with: the likeliest way, and some sampled ones. Knows no rows.

Goes through the house's one decode loop; samples hang on the seed of their beginning and their number alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from transformers import PreTrainedModel

from finewright.base.order import rank
from finewright.engine.decode import decode
from finewright.engine.draw import Sampling
from finewright.engine.start import Start
from finewright.engine.text import TextAnswer
from finewright.model.chat import Chat


@dataclass(frozen=True, slots=True)
class Beginning:
    """Tokens to go on from: prompt and what of the answer is given, and how many more tokens are asked for.

    `name` decides what is sampled.
    """

    name: str
    tokens: tuple[int, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Ways:
    """How each beginning is gone on with: the likeliest way, and `samples` at a `temperature` above 0."""

    samples: int
    temperature: float
    seed: int


@dataclass(frozen=True, slots=True)
class Said:
    """One continuation: its tokens, a terminator included, and its text without one."""

    tokens: tuple[int, ...]
    text: str


def continued(
    model: PreTrainedModel,
    chat: Chat,
    beginnings: Sequence[Beginning],
    ways: Ways,
    batch_tokens: int,
    done: Callable[[int], None],
) -> list[list[Said]]:
    """Each beginning's continuations, the likeliest first. `done` is called with how many continuations just ended."""
    answers = [[_answer(chat, one, ways, number) for number in range(ways.samples + 1)] for one in beginnings]
    if beginnings:
        every = [one for row in answers for one in row]
        decode(Start(model, [one.tokens for one in beginnings]), every, batch_tokens, done)
    return [[Said(one.tokens, one.text) for one in row] for row in answers]


def _answer(chat: Chat, beginning: Beginning, ways: Ways, number: int) -> TextAnswer:
    seed = rank(ways.seed, "continuation", beginning.name, number)
    return TextAnswer(
        beginning.tokens,
        terminator=chat.terminator,
        stop=(),
        max_tokens=beginning.more,
        decode=chat.decode,
        sampling=Sampling(ways.temperature, 1.0, seed) if number else None,
    )
