"""A trunk with a head: texts to probabilities of answers, or to a score. Knows tokens and answers by number; no task.

What a head says is a table of log-probabilities with a row for each text, whose columns are, by the kind of head:

    classes    label k at column k: softmax of a linear layer's scores
    labels     label k absent at column 2k and present at 2k + 1: each label by itself, logistic
    ordinal    label k at column k, in order: P(at most k) = sigmoid(threshold[k] - slope · state) with ascending
               thresholds, the proportional odds model (McCullagh 1980)

Scores are divided by a temperature before they become probabilities (Guo et al. 2017); it is 1 until it is fitted.

A reward head has no table but one score. It means nothing by itself: the difference of two is the log-odds that the
first answer is preferred (Bradley and Terry 1952).
"""

from typing import Any, Literal

import torch
from peft import PeftModel
from torch import Tensor, nn
from torch.nn import functional
from transformers import PreTrainedModel

from finewright.model.batch import Batch
from finewright.model.encoder import Pooling, encoded
from finewright.model.states import hidden_states

HeadKind = Literal["classes", "labels", "ordinal", "reward"]

_SPREAD = 0.02  # of a linear head's first weights, as transformers draws them


class ClassHead(nn.Module):
    """Scores of K labels from states: (S, H) -> (S, K)."""

    def __init__(self, width: int, labels: int) -> None:
        super().__init__()
        self.linear = nn.Linear(width, labels)
        nn.init.normal_(self.linear.weight, std=_SPREAD)
        nn.init.zeros_(self.linear.bias)

    def forward(self, states: Tensor) -> Tensor:
        """(S, H) -> (S, K)."""
        scores: Tensor = self.linear(states)
        return scores


class OrdinalHead(nn.Module):
    """Log-odds that the answer is at most label k, for all but the last of K labels: (S, H) -> (S, K - 1), ascending.

    The first threshold is free, each next one a softplus above the one before. They begin where a slope of zero gives
    every label the same probability.
    """

    def __init__(self, width: int, labels: int) -> None:
        super().__init__()
        self.linear = nn.Linear(width, 1, bias=False)
        nn.init.normal_(self.linear.weight, std=_SPREAD)
        even = torch.logit(torch.arange(1, labels) / labels)  # (K - 1,)
        self.steps = nn.Parameter(torch.cat([even[:1], even.diff().expm1().log()]))  # (K - 1,)

    def forward(self, states: Tensor) -> Tensor:
        """(S, H) -> (S, K - 1)."""
        thresholds = torch.cat([self.steps[:1], functional.softplus(self.steps[1:])]).cumsum(0)
        odds: Tensor = thresholds - self.linear(states)
        return odds


class RewardHead(nn.Module):
    """One score from states: (S, H) -> (S, 1). It has no bias, on which no difference of scores hangs."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.linear = nn.Linear(width, 1, bias=False)
        nn.init.normal_(self.linear.weight, std=_SPREAD)

    def forward(self, states: Tensor) -> Tensor:
        """(S, H) -> (S, 1)."""
        scores: Tensor = self.linear(states)
        return scores


class Classifier(nn.Module):
    """A trunk and a head. `pooling` tells which of an encoder's states the head reads; of a decoder it is the last.

    kind         kind of the head, which decides the columns of `table`
    temperature  what scores are divided by
    """

    def __init__(
        self, trunk: PreTrainedModel | PeftModel, kind: HeadKind, labels: int, pooling: Pooling | None, *, seed: int
    ) -> None:
        super().__init__()
        self.trunk, self.kind, self.pooling = trunk, kind, pooling
        width = trunk.config.hidden_size
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.head = _head(kind, width, labels)
        self.temperature = 1.0

    @property
    def bare(self) -> PreTrainedModel:
        """The trunk as transformers knows it, an adapter's layers within it."""
        given: Any = self.trunk
        bare: PreTrainedModel = given.get_base_model() if isinstance(given, PeftModel) else given
        return bare

    def states(self, batch: Batch) -> Tensor:
        """The batch's distinct states as the head reads them, (S, H)."""
        return hidden_states(self.trunk, batch) if self.pooling is None else encoded(self.bare, batch, self.pooling)

    def scores(self, batch: Batch) -> Tensor:
        """What the head says of these, before any temperature: (S, K), (S, K - 1), or of a reward (S, 1)."""
        scores: Tensor = self.head(self.states(batch))
        return scores

    def table(self, scores: Tensor) -> Tensor:
        """Log-probabilities (S, C) from scores, as the module's docstring tells. Raises TypeError for a reward."""
        if self.kind == "reward":
            raise TypeError("a reward head has a score and no table")
        scores = scores / self.temperature
        if self.kind == "labels":
            return torch.stack([functional.logsigmoid(-scores), functional.logsigmoid(scores)], -1).flatten(1)
        return cumulative(scores) if self.kind == "ordinal" else scores.log_softmax(-1)

    def picked(self, scores: Tensor, batch: Batch) -> Tensor:
        """The log-probability of each entry's target column, (E,)."""
        table = self.table(scores)  # (S, C)
        # index_select, not table[...]: the backward pass of advanced indexing is not the same from run to run.
        return table.flatten().index_select(0, batch.state * table.shape[1] + batch.target)

    def freeze_idle(self, batch: Batch) -> None:
        """Let no weight ask for a gradient on which no score hangs, such as those of a pooler or a language head."""
        weights = [weight for weight in self.trunk.parameters() if weight.requires_grad]
        found = torch.autograd.grad(self.scores(batch).sum(), weights, allow_unused=True) if weights else ()
        for weight, gradient in zip(weights, found, strict=True):
            weight.requires_grad_(gradient is not None)


def _head(kind: HeadKind, width: int, labels: int) -> nn.Module:
    if kind == "reward":
        return RewardHead(width)
    return OrdinalHead(width, labels) if kind == "ordinal" else ClassHead(width, labels)


def cumulative(odds: Tensor) -> Tensor:
    """Log-probabilities of K ordered labels (S, K) from the ascending log-odds of "at most k" (S, K - 1).

    P(k) = sigmoid(a) - sigmoid(b), for the odds a at k and b below it, which is sigmoid(a) sigmoid(-b) (1 - e^(b - a)):
    a product, so that no probability is the small difference of two large ones.
    """
    at_most, above = functional.logsigmoid(odds), functional.logsigmoid(-odds)
    between = at_most[:, 1:] + above[:, :-1] + torch.log(-torch.expm1(odds[:, :-1] - odds[:, 1:]))
    return torch.cat([at_most[:, :1], between, above[:, -1:]], 1)
