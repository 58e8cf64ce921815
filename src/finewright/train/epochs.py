"""Passes over things to learn from, cut into optimizer steps. Knows order and batches; no loss, no optimizer.

`Draw` says which of them a step takes, whatever they are; `Epochs` lays out those that are examples already.
"""

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import chain
from typing import Generic, TypeVar

from finewright.base.order import shuffled
from finewright.base.recipe_train import Learning
from finewright.model.batch import Batch, Batches, Example, Step, groups, supervised
from finewright.train.preflight import check_examples

UnitT = TypeVar("UnitT")


class Draw(Generic[UnitT]):
    """Which of the `units` each step takes, in `settings.epochs` passes of `settings.batch` a step.

    The order within an epoch comes from a keyed hash of (seed, epoch, name): removing a unit moves no other. The last
    step of an epoch takes what is left over, so that each is taken once per epoch.

    total       optimizer steps in all
    per_epoch   optimizer steps in one pass
    """

    def __init__(self, units: Sequence[UnitT], name: Callable[[UnitT], str], settings: Learning, seed: int) -> None:
        self._units, self._name, self._size, self._seed = tuple(units), name, settings.batch, seed
        self.per_epoch = math.ceil(len(self._units) / settings.batch)
        self.total = self.per_epoch * settings.epochs
        self._order = lru_cache(maxsize=1)(self._shuffled)

    def at(self, number: int) -> list[UnitT]:
        """What step `number`, 0-based, takes: it depends on nothing but the number."""
        epoch, place = divmod(number, self.per_epoch)
        return self._order(epoch)[place * self._size : (place + 1) * self._size]

    def _shuffled(self, epoch: int) -> list[UnitT]:
        return shuffled(self._units, self._name, self._seed, "sft", epoch)


class Epochs:
    """The optimizer steps over `examples`; those of a group, as the two sides of a pair, are learned in one step.

    batches     lays out the examples of a step
    weigh       what a batch's summed loss is divided by: its supervised tokens, or its groups
    total       optimizer steps in all
    per_epoch   optimizer steps in one pass

    Raises InputError where there are no examples, or one without a supervised token.
    """

    def __init__(
        self,
        examples: Sequence[Example],
        settings: Learning,
        seed: int,
        batches: Batches,
        weigh: Callable[[Batch], float] = supervised,
    ) -> None:
        check_examples(examples)
        self._draw = Draw(groups(examples), lambda group: group[0].together, settings, seed)
        self._batches, self._weigh = batches, weigh
        self.per_epoch, self.total = self._draw.per_epoch, self._draw.total

    def step(self, number: int) -> Step:
        """Step `number`, 0-based: depends on nothing but the number, so a resumed run asks for the next one."""
        batches = self._batches(list(chain.from_iterable(self._draw.at(number))))
        return Step(batches, weight=sum(map(self._weigh, batches)))
