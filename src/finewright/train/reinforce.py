"""Learning from rollouts as a loss: grpo, rloo and ppo. Knows models, batches and rounds; no files and no rewards.

    grpo   the clipped surrogate by token, and `kl` times the divergence from the reference
    rloo   the same with an answer as one action: its tokens' log-probabilities and divergences are added up
    ppo    the clipped surrogate by token with advantages from a value head; the divergence is among the rewards

Where the divergence is in the loss, a token is held to what it diverges by itself, behind what was written before it.
Ahmadian et al. 2024, arXiv:2402.14740, and TRL take the whole answer's off rloo's reward, which also charges a token
for what those behind it diverge by, has a gradient of more variance, and needs the sampler's log-probabilities before
learning.

What has to be known of a round beforehand, the sampler's and the reference's log-probabilities, is computed by the same
layout as learning and without a gradient: a prompt once for its whole group. With one update a round the sampler's are
those that learning itself computes, so they are not computed apart.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from torch import Tensor, nn

from finewright.base.recipe_train import Reinforce
from finewright.model.batch import Batch, Batches, Example, by_entry, by_example, in_turn
from finewright.model.modes import at_rest
from finewright.model.states import hidden_states, log_probs
from finewright.model.value import Valued
from finewright.train.advantages import gae
from finewright.train.figures import Means
from finewright.train.reward_objectives import clipped, clipped_value, divergence, outside, shares
from finewright.train.rounds import Rollout, Round

_EPSILON = 1e-8

LogProbs = Callable[[Sequence[Example]], Mapping[str, Tensor]]
"""Examples -> the reference's log-probability of each of their targets, by id."""


class Seen(NamedTuple):
    """Of one example, (targets,) each: log-probabilities in nats and, where there is a value head, values."""

    log_probs: Tensor
    values: Tensor | None


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a round before it is learned, by example id, (targets,) each; empty where it is not needed."""

    advantages: Mapping[str, Tensor]
    old: Mapping[str, Tensor] = field(default_factory=dict)
    reference: Mapping[str, Tensor] = field(default_factory=dict)
    values: Mapping[str, Tensor] = field(default_factory=dict)
    returns: Mapping[str, Tensor] = field(default_factory=dict)

    @property
    def teaching(self) -> frozenset[str]:
        """The examples that were better or worse than expected."""
        surprising = {name: returns - self.values[name] for name, returns in self.returns.items()}
        return frozenset(
            name
            for name, advantages in self.advantages.items()
            if bool(advantages.any()) or (name in surprising and bool(surprising[name].any()))
        )


class RolloutLoss:
    """A model and a batch of the round in hand -> the objective, summed, with figures noticed on the way.

    objective   grpo, rloo or ppo, whose model is a `Valued`
    longest     the most tokens of a rollout
    model       what is trained
    reference   who the model is held to, where `settings.kl` is above 0

    Log-probabilities are those of the distribution at `settings.temperature`, of which the answers were sampled.
    `noticed`, by token that is learned: entropy (minus log p of what was sampled, whose mean estimates it), clipped
    (share held back by the clip; by answer for rloo), kl (the estimate that is learned) and, for ppo, value_loss.
    """

    def __init__(
        self,
        objective: str,
        settings: Reinforce,
        longest: int,
        *,
        model: nn.Module,
        batches: Batches,
        reference: LogProbs | None,
    ) -> None:
        self._objective, self._settings, self._longest = objective, settings, longest
        self._model, self._batches, self._reference = model, batches, reference
        self._known = Known({})
        self.noticed = Means()

    def observe(self, made: Round, examples: Sequence[Example]) -> Round:
        """The round with the sampler's log-probabilities and values, where learning will not have them by itself."""
        if self._objective != "ppo" and self._settings.updates == 1:
            return made
        found = seen(self._model, examples, self._batches, self._settings.temperature)
        told = [found[example.id] for example in examples]
        pairs = zip(made.rollouts, told, strict=True)
        return made.with_rollouts(
            [
                one.seen_with(at.log_probs.tolist(), None if at.values is None else at.values.tolist())
                for one, at in pairs
            ]
        )

    def take_up(self, made: Round, examples: Sequence[Example]) -> frozenset[str]:
        """Have the round in hand; the ids of the examples that were better or worse than expected."""
        rollouts = {example.id: rollout for example, rollout in zip(examples, made.rollouts, strict=True)}
        reference = self._reference(examples) if self._reference and self._settings.kl else {}
        old = {name: torch.tensor(one.log_probs) for name, one in rollouts.items() if one.log_probs is not None}
        if self._objective == "ppo":
            self._known = self._by_value(rollouts, old, reference)
        else:
            even = {name: torch.full((len(one.tokens),), one.advantage or 0.0) for name, one in rollouts.items()}
            self._known = Known(even, old, reference)
        return self._known.teaching

    def __call__(self, model: nn.Module, batch: Batch) -> Tensor:
        """The batch's rollouts, summed; ()."""
        known, settings = self._known, self._settings
        hidden = hidden_states(policy_of(model), batch)  # (S, H)
        scores = log_probs(policy_of(model), hidden / settings.temperature, batch)  # (E,)
        old = by_entry(batch, known.old) if known.old else scores.detach()  # (E,)
        advantages = by_entry(batch, known.advantages)  # (E,)
        self.noticed.add("entropy", -scores)
        apart = self._apart(batch, scores, old)  # (E,)
        if self._objective == "rloo":
            return self._by_answer(batch, scores, old, advantages).sum() + apart.sum()
        self.noticed.add("clipped", outside(scores.detach(), old, advantages, settings.clip))
        losses = clipped(scores, old, advantages, settings.clip) + apart  # (E,)
        if isinstance(model, Valued):
            losses = losses + self._of_values(batch, model.values(hidden))
        return (shares(batch, settings.normalise, self._longest) * losses).sum()

    def _apart(self, batch: Batch, scores: Tensor, old: Tensor) -> Tensor:
        """What is lost by the divergence from the reference, (E,)."""
        if not self._known.reference:
            return torch.zeros_like(scores)
        apart = divergence(scores, by_entry(batch, self._known.reference), old)  # (E,)
        self.noticed.add("kl", apart)
        return torch.zeros_like(scores) if self._objective == "ppo" else self._settings.kl * apart

    def _by_answer(self, batch: Batch, scores: Tensor, old: Tensor, advantages: Tensor) -> Tensor:
        """An answer as one action, (N,): what is the same for all of its tokens counts once."""
        counts = by_example(batch, torch.ones_like(scores))  # (N,)
        said, before = by_example(batch, scores.double()), by_example(batch, old.double())  # (N,)
        over = by_example(batch, advantages) / counts  # (N,)
        self.noticed.add("clipped", outside(said.detach(), before, over, self._settings.clip))
        return clipped(said, before, over.double(), self._settings.clip)

    def _of_values(self, batch: Batch, values: Tensor) -> Tensor:
        """The value head's loss by token, weighed; (E,)."""
        found = values.index_select(0, batch.state)  # (E,)
        before, returns = by_entry(batch, self._known.values), by_entry(batch, self._known.returns)  # (E,)
        losses = clipped_value(found, before, returns, self._settings.clip)
        self.noticed.add("value_loss", losses)
        return self._settings.value_weight * losses

    def _by_value(
        self, rollouts: Mapping[str, Rollout], old: Mapping[str, Tensor], reference: Mapping[str, Tensor]
    ) -> Known:
        """Advantages by token: rewards at the end, divergences on the way, against what the values expected.

        With `settings.scale` they are taken less their mean over the round and over their standard deviation. Ziegler
        et al. 2019, arXiv:1909.08593, section 2; Ouyang et al. 2022, arXiv:2203.02155, equation 2.
        """
        settings, values, advantages, returns = self._settings, {}, {}, {}
        for name, one in rollouts.items():
            values[name] = torch.tensor(one.values)
            rewards = torch.zeros_like(values[name])
            if reference:
                rewards = -settings.kl * (old[name] - reference[name])
            rewards[-1] += one.reward
            advantages[name] = gae(rewards, values[name], settings.discount, settings.smoothing)
            returns[name] = advantages[name] + values[name]
        return Known(whitened(advantages) if settings.scale else advantages, old, reference, values, returns)


def whitened(advantages: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Advantages less their mean over all tokens, over their standard deviation; as they are where they do not vary."""
    every = torch.cat(list(advantages.values()))
    spread = every.std(correction=0)
    if not bool(spread > _EPSILON):
        return dict(advantages)
    return {name: (values - every.mean()) / (spread + _EPSILON) for name, values in advantages.items()}


def policy_of(model: nn.Module) -> nn.Module:
    """The decoder of what is trained."""
    return model.policy if isinstance(model, Valued) else model


@torch.no_grad()
def seen(model: nn.Module, examples: Sequence[Example], batches: Batches, temperature: float) -> dict[str, Seen]:
    """Each example's targets as the model sees them now, by id; without dropout, in the modes it was in afterwards."""
    found: dict[str, Seen] = {}
    with at_rest(model):
        for batch in in_turn(batches(examples)):
            hidden = hidden_states(policy_of(model), batch)  # (S, H)
            counts = torch.bincount(batch.example, minlength=len(batch.ids)).tolist()
            scores = torch.split(log_probs(policy_of(model), hidden / temperature, batch), counts)
            values: Sequence[Tensor | None] = [None] * len(counts)
            if isinstance(model, Valued):
                values = torch.split(model.values(hidden).index_select(0, batch.state), counts)
            found |= {name: Seen(*pair) for name, pair in zip(batch.ids, zip(scores, values, strict=True), strict=True)}
    return found
