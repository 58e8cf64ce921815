"""Simulated judges, as Completers without a model, and a world of answer pairs to put before them.

A world has for each row two answers, which of them are right, and lengths and styles that hang on neither. A judge
sees the prompt alone and takes the two answers from it.
"""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass

from finewright.base.order import unit
from finewright.base.records import CompletionRequest, Message, Record
from finewright.engine.fake import FakeCompleter
from finewright.evaluate.judge.asking import FIRST, SAME, SECOND, about_two, read, request_of
from finewright.evaluate.judge.bias import Shown
from finewright.evaluate.judge.pairwise import pair_of

_SHOWN = re.compile(rf"Answer {FIRST}:\n(.*)\n\nAnswer {SECOND}:\n(.*)\n\nWhich", re.DOTALL)
RIGHT = "RIGHT"
Chooses = Callable[[str, str, random.Random], str]


@dataclass(frozen=True)
class World:
    """Rows with both arms' answers; an answer that is right says so, for a judge that can tell."""

    records: list[Record]
    answers: dict[str, tuple[str, str]]
    right: dict[str, tuple[bool, bool]]


def world(rows: int, seed: int, *, longer_right: float = 0.5) -> World:
    """`longer_right`: how often the longer of two answers that are not equally right is the right one."""
    draw = random.Random(seed)
    records = [Record(f"{seed}-{row}", (Message("user", f"What of {row}?"),), "x") for row in range(rows)]
    made = {record.id: _two(draw, longer_right) for record in records}
    right = {name: (RIGHT in one, RIGHT in other) for name, (one, other) in made.items()}
    return World(records, made, right)


def _two(draw: random.Random, longer_right: float) -> tuple[str, str]:
    short = draw.randint(3, 12)
    lengths = [short, short + draw.randint(1, 10)]
    right = [draw.random() < 0.5] * 2
    if draw.random() < 0.5:
        right = [False, True] if draw.random() < longer_right else [True, False]
    made = [_answer(draw, *both) for both in zip(lengths, right, strict=True)]
    return (made[0], made[1]) if draw.random() < 0.5 else (made[1], made[0])


def _answer(draw: random.Random, words: int, right: bool) -> str:
    said = [RIGHT] * right + [draw.choice(["lorem", "ipsum", "dolor"]) for _ in range(words - right)]
    text = " ".join(said)
    if draw.random() < 0.3:
        text = "- " + text
    return f"{text} please" if draw.random() < 0.3 else text


def first_lover(_first: str, _second: str, _draw: random.Random) -> str:
    """Always the answer shown first."""
    return FIRST


def length_lover(first: str, second: str, _draw: random.Random) -> str:
    """The longer one."""
    return FIRST if len(first.split()) > len(second.split()) else SECOND


def fair(first: str, second: str, draw: random.Random) -> str:
    """The right one nine times in ten, and where both are equally right either, or neither."""
    if (RIGHT in first) == (RIGHT in second):
        return draw.choice([FIRST, SECOND, SAME])
    better, worse = (FIRST, SECOND) if RIGHT in first else (SECOND, FIRST)
    return better if draw.random() < 0.9 else worse


def mute(_first: str, _second: str, _draw: random.Random) -> str:
    """Nothing that can be read."""
    return "That depends on what you value."


def completer(chooses: Chooses, seed: int) -> FakeCompleter:
    """The judge as a Completer: its noise hangs on the seed and the question alone."""

    def answer(request: CompletionRequest) -> str:
        text = request.messages[-1].content
        found = _SHOWN.search(text)
        assert found is not None
        return chooses(found[1], found[2], random.Random(int(unit(seed, text) * 2**53)))

    return FakeCompleter(answer)


def shown(of: World, chooses: Chooses, seed: int = 0) -> list[Shown]:
    """Every row of a world put before a judge in both orders, by the ways that `finewright judge` takes."""
    judge = completer(chooses, seed)
    found = []
    for record in of.records:
        one, other = of.answers[record.id]
        asked = [about_two(record, *order, "Which answer is better?") for order in ((one, other), (other, one))]
        done = judge.complete([request_of(question, written=True) for question in asked])
        replies = [read(question, said) for question, said in zip(asked, done, strict=True)]
        found.append(Shown(pair_of(record.id, *replies), (one, other), of.right[record.id]))
    return found
