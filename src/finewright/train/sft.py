"""Supervised fine-tuning as a source of optimizer steps. Knows examples and batches; no optimizer."""

import math
from collections.abc import Sequence
from functools import lru_cache

from torch import Tensor, nn

from finewright.base.order import shuffled
from finewright.base.recipe import Learning
from finewright.model.batch import Batch, Batches, Example, Step
from finewright.model.states import hidden_states, log_probs
from finewright.train.objectives import cross_entropy
from finewright.train.preflight import check_examples


class SftSteps:
    """The optimizer steps of `settings.epochs` passes over `examples`.

    The order within an epoch comes from a keyed hash of (seed, epoch, record id): removing a record moves no other.
    The last step of an epoch takes what is left over, so every example is seen once per epoch.

    batches     lays out the examples of a step
    total       optimizer steps in all
    per_epoch   optimizer steps in one pass

    Raises InputError where there are no examples, or one without a supervised token.
    """

    def __init__(self, examples: Sequence[Example], settings: Learning, seed: int, batches: Batches) -> None:
        check_examples(examples)
        self._examples, self._settings, self._seed, self._batches = tuple(examples), settings, seed, batches
        self.per_epoch = math.ceil(len(self._examples) / settings.batch)
        self.total = self.per_epoch * settings.epochs
        self._order = lru_cache(maxsize=1)(self._shuffled)

    def step(self, number: int) -> Step:
        """Step `number`, 0-based: depends on nothing but the number, so a resumed run asks for the next one."""
        epoch, place = divmod(number, self.per_epoch)
        size = self._settings.batch
        chosen = self._order(epoch)[place * size : (place + 1) * size]
        batches = self._batches(chosen)
        return Step(batches, weight=sum(float(batch.weight.sum()) for batch in batches))

    def _shuffled(self, epoch: int) -> list[Example]:
        return shuffled(self._examples, lambda example: example.id, self._seed, "sft", epoch)


def token_loss(model: nn.Module, batch: Batch) -> Tensor:
    """Cross-entropy of the batch's supervised tokens in nats, summed; ()."""
    return cross_entropy(log_probs(model, hidden_states(model, batch), batch), batch)
