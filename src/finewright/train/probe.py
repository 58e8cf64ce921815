"""A head's first weights: fitted to the states of the trunk as it is, before both are trained together.

A head that starts at random pulls the trunk towards whatever it happens to say first, and at a trunk's small learning
rate takes many epochs to say anything; fitted first, training starts where frozen features end (Kumar et al. 2022,
Fine-Tuning can Distort Pretrained Features and Underperform Out-of-Distribution). Knows a classifier and its batches;
no optimizer of the trunk.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import torch
from torch import Tensor, nn

from finewright.model.batch import Batch, Batches, Example
from finewright.model.classifier import Classifier
from finewright.train.objectives import cross_entropy

_ITERATIONS = 50
# scikit-learn's C for vectors of length one, a hundredth of the frozen arm's. A head that fits its rows as closely as
# that arm's leaves the trunk nothing to learn: with 3,000 rows of Banking77, the loss on 1,500 others was 0.44 after
# four epochs with C = 30 (rate 1e-4) and 0.32 with 0.3 (3e-4), where the frozen arm's head alone had 0.40.
_STRENGTH = 0.3


def probe(model: Classifier, examples: Sequence[Example], batches: Batches) -> None:
    """Fit the head, in place, to the states of all `examples`: full batches, L-BFGS, a quadratic penalty.

    The penalty is that of a logistic regression with C = 0.3 on states scaled to a mean square of one around their
    mean, so that it hangs on no base's scale. Nothing is drawn at random.
    """
    states, entries = _states(model, examples, batches)
    spread = float((states - states.mean(0)).pow(2).sum(1).mean())
    weight = entries.weight.sum()

    def loss() -> Tensor:
        return cross_entropy(model.picked(model.head(states), entries), entries) / weight

    fit(model.head, loss, spread, len(examples))


def fit(head: nn.Module, loss: Callable[[], Tensor], spread: float, rows: int) -> None:
    """Lower `loss`, the mean of `rows` of it, and a quadratic penalty on the head's matrices.

    `spread` is the mean square of the states (H,) that the head reads.
    """
    penalty = spread / (_STRENGTH * rows)
    matrices = [one for one in head.parameters() if one.ndim >= 2]
    optimizer = torch.optim.LBFGS(
        head.parameters(), max_iter=_ITERATIONS, history_size=10, line_search_fn="strong_wolfe"
    )

    def penalised() -> float:
        optimizer.zero_grad()
        found = loss() + penalty / 2 * torch.stack([one.pow(2).sum() for one in matrices]).sum()
        found.backward()  # type: ignore[no-untyped-call]
        return found.item()

    optimizer.step(penalised)  # type: ignore[no-untyped-call]
    optimizer.zero_grad()


@torch.no_grad()
def _states(model: Classifier, examples: Sequence[Example], batches: Batches) -> tuple[Tensor, Batch]:
    """The distinct states of all examples (S, H), and one batch with the entries of all of them."""
    parts = batches(examples)
    states = [model.states(batch) for batch in parts]
    starts = torch.tensor([0, *(len(one) for one in states)]).cumsum(0)[:-1].tolist()
    entries = replace(
        parts[0],
        state=torch.cat([batch.state + start for batch, start in zip(parts, starts, strict=True)]),
        target=torch.cat([batch.target for batch in parts]),
        weight=torch.cat([batch.weight for batch in parts]),
    )
    return torch.cat(states), entries
