"""Learning from preferences: each pair's two answers, which a step and a batch hold together, as one loss.

Knows batches and the reference's log-probabilities by example; no files, no optimizer and no way of making pairs.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from finewright.base.progress import Advance
from finewright.base.recipe_objective import OF_PAIRS
from finewright.base.recipe_train import Preference
from finewright.model.batch import Batch, Batches, Example
from finewright.model.likelihood import answer_sums, log_prob_sums, unseen
from finewright.train.figures import Means
from finewright.train.objectives import dpo, ipo, orpo, simpo

REFERENCED = ("dpo", "ipo", "kto")
"""Objectives that hold on to what the model was before training."""

_CHOSEN, _REJECTED = "/chosen", "/rejected"
_BETA = {"simpo": 2.0}


def chosen_name(record: str) -> str:
    """The id of the example that is the preferred side of a record."""
    return record + _CHOSEN


def rejected_name(record: str) -> str:
    """The id of the example that is the other side of a record."""
    return record + _REJECTED


def beta_of(objective: str, settings: Preference) -> float:
    """The strength of the preference: the recipe's, or what is usual for the objective."""
    return _BETA.get(objective, 0.1) if settings.beta is None else settings.beta


def pairs_in(batch: Batch) -> float:
    """How many pairs a batch holds: what a step over pairs is divided by."""
    return len(batch.ids) / 2


def reference_log_probs(
    model: nn.Module, examples: Sequence[Example], batches: Batches, advance: Advance = unseen
) -> dict[str, float]:
    """Each example's summed log-probability in nats by id, by the model as it is now: before training, or without its
    adapter. Neither dropout nor a gradient; the model is left in the modes it was in."""
    return {name: total for name, (total, _) in log_prob_sums(model, examples, batches, advance).items()}


class PairLoss:
    """A model and a batch of whole pairs -> the objective, summed over the pairs: () nats, to be divided by `pairs_in`.

    objective   dpo, ipo, orpo or simpo
    reference   summed log-probabilities by example id, which dpo and ipo want
    noticed     of the pairs seen: the share whose chosen side is ahead, by how much, and nats per token of both sides.
                Ahead is meant as the objective does: beta times log p/p_ref, or log p where it has no reference

    Raises ValueError for an unknown objective or a missing reference, and, asked for a batch that holds one side of a
    pair alone, for that.
    """

    def __init__(self, objective: str, settings: Preference, reference: Mapping[str, float] | None = None) -> None:
        if objective not in OF_PAIRS:
            raise ValueError(f"{objective} does not learn from pairs")
        if objective in REFERENCED and reference is None:
            raise ValueError(f"{objective} wants the reference's log-probabilities")
        self._objective, self._settings, self._reference = objective, settings, reference or {}
        self._beta = beta_of(objective, settings)
        self._by_token = objective != "dpo" or settings.length_normalised
        self.noticed = Means()

    def __call__(self, model: nn.Module, batch: Batch) -> Tensor:
        """The batch's pairs, summed; ()."""
        sums, tokens = answer_sums(model, batch)  # (N,), (N,)
        scores = sums / tokens if self._by_token else sums  # (N,)
        chosen, rejected = (side.to(scores.device) for side in sides(batch.ids))  # (P,), (P,)
        before = self._before(batch, tokens)  # (N,)
        self._notice(scores - before, sums / tokens, chosen, rejected)
        return self._losses(*(of.index_select(0, side) for of in (scores, before) for side in (chosen, rejected))).sum()

    def _before(self, batch: Batch, tokens: Tensor) -> Tensor:
        """What the reference gives each example, as the objective takes it; 0 where it has none."""
        if self._objective not in REFERENCED:
            return torch.zeros_like(tokens)
        sums = of_each(batch, self._reference, tokens)  # (N,)
        return sums / tokens if self._by_token else sums

    def _losses(self, chosen: Tensor, rejected: Tensor, before_chosen: Tensor, before_rejected: Tensor) -> Tensor:
        beta, settings = self._beta, self._settings
        match self._objective:
            case "dpo":
                return dpo(chosen, rejected, before_chosen, before_rejected, beta, settings.smoothing)
            case "ipo":
                return ipo(chosen, rejected, before_chosen, before_rejected, beta)
            case "orpo":
                return orpo(chosen, rejected, beta)
            case _:
                return simpo(chosen, rejected, beta, settings.margin)

    def _notice(self, gained: Tensor, by_token: Tensor, chosen: Tensor, rejected: Tensor) -> None:
        margin = self._beta * (gained.detach().index_select(0, chosen) - gained.detach().index_select(0, rejected))
        self.noticed.add("preference_accuracy", margin > 0)
        self.noticed.add("preference_margin", margin)
        self.noticed.add("log_prob_chosen", by_token.index_select(0, chosen))
        self.noticed.add("log_prob_rejected", by_token.index_select(0, rejected))


def of_each(batch: Batch, known: Mapping[str, float], like: Tensor) -> Tensor:
    """What is known of each example, in the order of the batch's ids and as `like` is kept; (N,)."""
    return like.new_tensor([known[name] for name in batch.ids])


def sides(ids: Sequence[str]) -> tuple[Tensor, Tensor]:
    """Where in a batch's `ids` the chosen and the rejected side of each pair stand, (P,) each, in the same order.

    Raises ValueError where a side is there without the other.
    """
    places = {name: place for place, name in enumerate(ids)}
    records = [name.removesuffix(_CHOSEN) for name in ids if name.endswith(_CHOSEN)]
    lone = set(ids) - {side(record) for record in records for side in (chosen_name, rejected_name)}
    if lone or 2 * len(records) != len(ids):
        raise ValueError(f"a batch holds a side without the other ({', '.join(sorted(lone or set(ids)))})")
    chosen = torch.tensor([places[chosen_name(record)] for record in records])  # (P,)
    return chosen, torch.tensor([places[rejected_name(record)] for record in records])
