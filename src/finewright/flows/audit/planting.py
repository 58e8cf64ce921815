"""Which canaries stand among the rows that a run learns, and these as examples. Opens no run folder, knows no attack.

They are planted after scrubbing, into what is learned and nowhere else: no part, count, few-shot example or other arm
ever holds one. The data card says what was planted, or why nothing was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from finewright.audit.canaries.canary import Canary, drawn
from finewright.base.files import digest_json
from finewright.base.recipe import Recipe
from finewright.base.recipe_objective import objective_of
from finewright.base.records import Message, Record
from finewright.evaluate.task import Task
from finewright.flows.examples import example_of
from finewright.model.batch import Example
from finewright.model.chat import Chat

_SHARE, _LEAST, _MOST = 40, 4, 32
"""One row in so many is a canary where the recipe does not say how many; at least, and at most, so many of them."""
_FEWEST = 80
"""Rows below which none is planted unasked: the least number would be more than one row in twenty."""


@dataclass(frozen=True, slots=True)
class Planting:
    """The canaries of a run; `why_not` says why there are none."""

    canaries: tuple[Canary, ...] = ()
    why_not: str = ""

    @property
    def rows(self) -> int:
        """How many rows they are, each as often as it is learned."""
        return sum(canary.times for canary in self.canaries)

    @property
    def told(self) -> dict[str, Any]:
        """What data card and manifest say of them."""
        if not self.canaries:
            return {"planted": 0, "why_not": self.why_not}
        return {"planted": len(self.canaries), "rows": self.rows, "digest": digest_of(self.canaries)}


def digest_of(canaries: Sequence[Canary]) -> str:
    """The digest by which a manifest names its canaries."""
    return digest_json([asdict(canary) for canary in canaries])


def planting(recipe: Recipe, task: Task, chat: Chat, limit: int, rows: int, card: Mapping[str, Any]) -> Planting:
    """What is planted among so many `rows` that are learned; an example of more than `limit` tokens would not be.

    `card` is the data manifest, whose files name the data.
    """
    if why_not := _why_not(recipe, task, rows):
        return Planting(why_not=why_not)
    settings = recipe.audit.canaries
    single = settings.single if settings.single is not None else min(_MOST, max(_LEAST, rows // _SHARE))
    key = digest_json({part: file["digest"] for part, file in card["files"].items()})
    canaries = tuple(drawn([(single, 1), *settings.repeated], settings.digits, recipe.seed, key))
    if any(len(example_of(recipe, task, chat, record_of(canary)).tokens) > limit for canary in canaries):
        return Planting(why_not=f"the tuned prompt leaves a canary no room in {limit:,} tokens")
    return Planting(canaries, "" if canaries else "the recipe asks for none")


def _why_not(recipe: Recipe, task: Task, rows: int) -> str:
    settings = recipe.audit.canaries
    if not recipe.audit.enabled or not settings.enabled:
        return "they are switched off in the recipe"
    if not recipe.train.enabled or not recipe.arms.tuned.enabled:
        return "nothing is trained"
    if objective_of(recipe.train, task.kind) != "answers":
        return "they are planted only where right answers are learned token by token"
    if settings.single is None and rows < _FEWEST:
        return f"fewer than {_FEWEST} rows are learned; set `audit.canaries.single` to plant some all the same"
    return ""


def canary_examples(recipe: Recipe, task: Task, chat: Chat, canaries: Sequence[Canary]) -> list[Example]:
    """The canaries as they are learned: each as often as it is to be, under names of their own."""
    return [
        example_of(recipe, task, chat, record_of(canary, copy))
        for canary in canaries
        for copy in range(1, canary.times + 1)
    ]


def record_of(canary: Canary, copy: int = 1) -> Record:
    """A canary as a row: the question, and the secret as its answer."""
    return Record(f"{canary.name}.{copy}", (Message("user", canary.text),), canary.secret)
