"""Learning to score answers from pairs of them: the chosen side above the rejected one. Knows no files and no flow.

A score by itself means nothing; the difference of two scores is the log-odds that the first answer is preferred
(Bradley and Terry 1952). Sides are named and found as `train/preference.py` does.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from finewright.model.batch import Batch, Batches, Example
from finewright.model.classifier import Classifier
from finewright.train.figures import Means
from finewright.train.objectives import bradley_terry
from finewright.train.preference import sides
from finewright.train.probe import fit


class RewardLoss:
    """A reward head and a batch of whole pairs -> -log sigmoid(chosen - rejected), summed over the pairs: () nats.

    noticed   of the pairs seen: the share whose chosen side scores higher, and by how much
    """

    def __init__(self) -> None:
        self.noticed = Means()

    def __call__(self, model: nn.Module, batch: Batch) -> Tensor:
        """The batch's pairs, summed; ()."""
        if not isinstance(model, Classifier):
            raise TypeError("a reward's loss is that of a classifier")
        chosen, rejected = _by_side(batch, model.scores(batch).squeeze(1))  # (P,), (P,)
        self.noticed.add("preference_accuracy", chosen > rejected)
        self.noticed.add("preference_margin", chosen - rejected)
        return bradley_terry(chosen, rejected).sum()


def probe_pairs(model: Classifier, examples: Sequence[Example], batches: Batches) -> None:
    """Fit the reward head, in place, to the differences of the states of all pairs, as `probe` fits other heads.

    The penalty is that of a logistic regression of the same strength on differences scaled to a mean square of one.
    """
    apart = _differences(model, examples, batches)  # (P, H)
    spread = float(apart.pow(2).sum(1).mean())
    none = apart.new_zeros(len(apart))

    def loss() -> Tensor:
        # The head is linear and has no bias: its score of a difference is the difference of its scores.
        return bradley_terry(model.head(apart).squeeze(1), none).mean()

    fit(model.head, loss, spread, len(apart))


@torch.no_grad()
def _differences(model: Classifier, examples: Sequence[Example], batches: Batches) -> Tensor:
    """The chosen side's state minus the rejected one's, (P, H)."""
    both = [_by_side(batch, model.states(batch)) for batch in batches(examples)]
    return torch.cat([chosen - rejected for chosen, rejected in both])


def _by_side(batch: Batch, of_states: Tensor) -> tuple[Tensor, Tensor]:
    """Of values by distinct state (S, ...) those of the P chosen sides and of the rejected ones, (P, ...) each."""
    # Layouts hold the entries in the order of the examples, of which each has one here.
    chosen, rejected = (batch.state.index_select(0, side) for side in sides(batch.ids))
    return of_states.index_select(0, chosen), of_states.index_select(0, rejected)
