"""General examples learned beside a task's own, against forgetting: mixed into its steps, and held to the base's words.

Mixing is a source around another, so it knows no method; anchoring is a loss around another, for general batches alone.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor, nn

from finewright.base.order import shuffled
from finewright.model.batch import Batch, Batches, Example, Step, supervised
from finewright.model.states import divergences, hidden_states, log_probs
from finewright.train.loop import Loss, Source
from finewright.train.objectives import anchor, cross_entropy
from finewright.train.preflight import check_examples


class MixedSteps:
    """The steps of `source` with general examples added, so many that they are `share` of all examples learned.

    examples   task examples in one pass of `source`
    batches    lays the general examples of a step out, apart from the task's

    After n steps floor(n r) general examples were learned, r = examples / steps of a pass * share / (1 - share): over
    each pass the share is exact up to one example. They come in the order of a keyed hash of (seed, round, id), each
    once before any comes again. Their batches are marked `general`. A step hangs on nothing but its number.

    Raises InputError where there is no general example, or one without a supervised token.
    """

    def __init__(
        self,
        source: Source,
        examples: int,
        general: Sequence[Example],
        share: float,
        seed: int,
        batches: Batches,
    ) -> None:
        check_examples(general, "replay")
        self._source, self._general, self._seed, self._batches = source, tuple(general), seed, batches
        self.total, self.per_epoch = source.total, source.per_epoch
        part = Fraction(str(share))  # as it is written: 0.05 is a twentieth
        self._rate = Fraction(examples, source.per_epoch) * part / (1 - part)
        self._order = lru_cache(maxsize=2)(self._shuffled)

    def step(self, number: int) -> Step:
        """Step `number`, 0-based, of the source, and the general examples that fall to it."""
        step = self._source.step(number)
        chosen = [self._drawn(place) for place in range(self.learned(number), self.learned(number + 1))]
        if not chosen:
            return step
        added = tuple(replace(batch, general=True) for batch in self._batches(chosen))
        weight = step.weight + sum(map(supervised, added))
        return Step((*step.batches, *added), weight, step.figures)

    def learned(self, steps: int) -> int:
        """General examples learned in the first `steps` steps."""
        return int(steps * self._rate)

    def _drawn(self, place: int) -> Example:
        again, at = divmod(place, len(self._general))
        return self._order(again)[at]

    def _shuffled(self, again: int) -> list[Example]:
        return shuffled(self._general, lambda example: example.id, self._seed, "replay", again)


def anchored(loss: Loss, weight: float, base: nn.Module | None = None) -> Loss:
    """`loss`, and on general batches cross-entropy + `weight` * KL(base || tuned) over the supervised tokens.

    `base` is a frozen copy of what was there before; without one the model is an adapter's, and the base is that model
    with its adapter switched off.
    """

    def anchored_loss(model: nn.Module, batch: Batch) -> Tensor:
        if not batch.general:
            return loss(model, batch)
        with torch.no_grad(), _frozen(model, base) as frozen:
            before = hidden_states(frozen, batch)  # (S, H)
        hidden = hidden_states(model, batch)  # (S, H)
        moved = divergences(model, hidden, base or model, before)  # (S,)
        return cross_entropy(log_probs(model, hidden, batch), batch) + weight * anchor(moved, batch)

    return anchored_loss


@contextmanager
def _frozen(model: Any, base: nn.Module | None) -> Iterator[nn.Module]:
    """The base while the block runs, without dropout; the model is as it was when it ends."""
    if base is not None:
        yield base.eval()
        return
    learning = model.training
    model.eval()
    try:
        with model.disable_adapter():
            yield model
    finally:
        model.train(learning)
