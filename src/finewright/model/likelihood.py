"""How likely a model finds whole answers: sums over each example's supervised tokens. Knows no loss and no pairs."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from finewright.base.progress import Advance
from finewright.model.batch import Batch, Batches, Example, by_example, in_turn
from finewright.model.modes import at_rest
from finewright.model.states import hidden_states, log_probs


def answer_sums(model: nn.Module, batch: Batch) -> tuple[Tensor, Tensor]:
    """Each example's summed log-probability in nats and its supervised tokens, (N,) each, in the order of its ids.

    Sums of hundreds of terms, of which small differences are learned, are taken in float64.
    """
    scores = log_probs(model, hidden_states(model, batch), batch).double()  # (E,)
    return by_example(batch, scores), by_example(batch, torch.ones_like(scores))


def unseen(units: int = 1, note: str = "") -> None:
    """Nobody is told."""


@torch.no_grad()
def log_prob_sums(
    model: nn.Module, examples: Sequence[Example], batches: Batches, advance: Advance = unseen
) -> dict[str, tuple[float, int]]:
    """Each example's summed log-probability in nats and its supervised tokens, by id; without dropout.

    `advance` is told how many examples were just read. The model is left in the modes it was in.
    """
    found: dict[str, tuple[float, int]] = {}
    with at_rest(model):
        for batch in in_turn(batches(examples)):
            sums, tokens = answer_sums(model, batch)
            found |= zip(batch.ids, zip(sums.tolist(), map(int, tokens.tolist()), strict=True), strict=True)
            advance(len(batch.ids))
    return found
