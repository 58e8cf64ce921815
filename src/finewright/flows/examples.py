"""Records as the tuned arm is asked and learns them: its own prompt, and what of the tokens is learned.

Faults name the record's row. Knows no run and no files.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from finewright.base.errors import InputError, Place
from finewright.base.recipe import Recipe
from finewright.base.records import PREFERRED, Message, Record
from finewright.evaluate.prompt import build
from finewright.evaluate.task import Task
from finewright.model.batch import Example
from finewright.model.chat import Chat
from finewright.train.preference import chosen_name, rejected_name


def prompt_of(recipe: Recipe, task: Task, record: Record) -> tuple[Message, ...]:
    """The tuned arm's prompt for a record."""
    return build(recipe.arms.tuned.prompt, task, record, shots=())


def example_of(recipe: Recipe, task: Task, chat: Chat, record: Record) -> Example:
    """A record as the tuned arm learns it: its own prompt, with the answer and the past answers that are learned.

    Raises InputError, naming the row, where the base's chat template does not take it.
    """
    with placed(record):
        return chat.encode_example(record.id, prompt_of(recipe, task, record), record.turn, turns=recipe.train.turns)


def examples_in(recipe: Recipe, task: Task, chat: Chat, record: Record) -> list[Example]:
    """What a record has to learn from: one example, or of a preference its two sides, which are never parted.

    Raises what `example_of` raises.
    """
    if task.kind not in PREFERRED:
        return [example_of(recipe, task, chat, record)]
    messages = prompt_of(recipe, task, record)
    with placed(record):
        if record.rejected is None:
            return [_rated(chat, record.id, messages, record.turn, None)]
        sides = {chosen_name(record.id): record.turn, rejected_name(record.id): record.rejected}
        return [_rated(chat, name, messages, turn, record.id) for name, turn in sides.items()]


def _rated(chat: Chat, name: str, messages: tuple[Message, ...], turn: Message, group: str | None) -> Example:
    """An example of one answer alone, whatever was said before it: that is the prompt, on both sides the same."""
    prompt, answer = chat.encode_prompt(messages), chat.encode_answer(turn, behind=messages)
    marks = (False,) * len(prompt) + (True,) * len(answer)
    return Example(name, (*prompt, *answer), marks, group)


def counter(recipe: Recipe, task: Task, chat: Chat) -> Callable[[Record], int]:
    """Counts a record's tokens as the tuned arm sees them, terminator included; of two answers with the longer one."""

    def count(record: Record) -> int:
        return max(len(example.tokens) for example in examples_in(recipe, task, chat, record))

    return count


@contextmanager
def placed(record: Record) -> Iterator[None]:
    """Faults that are raised within name the record's row."""
    try:
        yield
    except InputError as fault:
        raise InputError(fault.what, place=Place(record.source, record.line), remedy=fault.remedy) from fault
