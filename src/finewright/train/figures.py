"""What a loss notices of a step besides the loss, for the log. Knows no loss and no file.

A loss adds to its `Means` while it is asked, batch by batch; `Noticing`, a source around another, empties them before
each step and hands them out behind it. What a validation adds in between is forgotten with the next step.
"""

from dataclasses import replace

from torch import Tensor

from finewright.model.batch import Step
from finewright.train.loop import Source


class Means:
    """Means of named values over the batches since it was last emptied."""

    def __init__(self) -> None:
        self._sums: dict[str, float] = {}
        self._counts: dict[str, int] = {}

    def add(self, name: str, values: Tensor) -> None:
        """Take in a value for each of some pairs, answers or tokens; none adds nothing."""
        if values.numel():
            self._sums[name] = self._sums.get(name, 0.0) + values.detach().double().sum().item()
            self._counts[name] = self._counts.get(name, 0) + values.numel()

    def empty(self) -> None:
        """Forget what was added."""
        self._sums, self._counts = {}, {}

    def figures(self) -> dict[str, float]:
        """The means by name, in the order in which they were first added."""
        return {name: total / self._counts[name] for name, total in self._sums.items()}


class Noticing:
    """The steps of `source`, each with what was noticed while it was learned."""

    def __init__(self, source: Source, means: Means) -> None:
        self._source, self._means = source, means
        self.total, self.per_epoch = source.total, source.per_epoch

    def step(self, number: int) -> Step:
        """Step `number`, 0-based, of the source; its figures are the source's own and the means."""
        step = self._source.step(number)
        self._means.empty()
        return replace(step, figures=lambda: {**step.figures(), **self._means.figures()})
