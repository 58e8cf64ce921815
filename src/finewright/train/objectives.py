"""Losses as functions of tensors. They know entries and answers alone: no model, no tokens, no optimizer step.

An objective over entries returns the *sum* over them; one over answers or pairs a loss for each, which its method sums.
The loop divides by the weight of the whole optimizer step, so that any cut into micro-batches gives the same gradient.

Of an answer y to x, `log p` is the sum of its tokens' log-probabilities in nats, or their mean where that is said; the
reference is the model before training.
"""

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from finewright.model.batch import Batch


def cross_entropy(log_probs: Tensor, batch: Batch) -> Tensor:
    """Weighted negative log-likelihood in nats, summed: -sum_e weight[e] * log p(target[e]); (E,) -> ()."""
    return -(batch.weight * log_probs).sum()


def anchor(divergences: Tensor, batch: Batch) -> Tensor:
    """Divergence from the base in nats, weighted as the entries of the states are, summed; (S,) -> ().

    sum_e weight[e] * KL(base || tuned at state[e]), so that its mean per supervised token hangs on no layout.
    """
    return (batch.weight * divergences.index_select(0, batch.state)).sum()


def dpo(
    chosen: Tensor,
    rejected: Tensor,
    reference_chosen: Tensor,
    reference_rejected: Tensor,
    beta: float,
    smoothing: float = 0.0,
) -> Tensor:
    """Direct preference optimisation, (P,) log-probabilities each -> (P,) losses.

    With the margin m = log p/p_ref (chosen) - log p/p_ref (rejected) and eps = `smoothing`, the share of pairs taken to
    be the wrong way round:

        -(1 - eps) log sigmoid(beta m) - eps log sigmoid(-beta m)

    Rafailov et al. 2023, arXiv:2305.18290, equation 7; conservative as in Mitchell 2023, "A note on DPO with noisy
    preferences"; length-normalised (Meng et al. 2024, arXiv:2405.14734, table 3) where all four are means per token.
    """
    margin = beta * ((chosen - reference_chosen) - (rejected - reference_rejected))  # (P,)
    return -(1 - smoothing) * logsigmoid(margin) - smoothing * logsigmoid(-margin)


def ipo(chosen: Tensor, rejected: Tensor, reference_chosen: Tensor, reference_rejected: Tensor, beta: float) -> Tensor:
    """Identity preference optimisation, (P,) *mean* log-probabilities each -> (P,) losses: (m - 1 / (2 beta))^2.

    m is the margin of `dpo`. Azar et al. 2023, arXiv:2310.12036, equation 17; by token, since a margin of sums would
    be asked to be the same of long answers as of short ones.
    """
    margin = (chosen - reference_chosen) - (rejected - reference_rejected)  # (P,)
    return (margin - 1 / (2 * beta)) ** 2


def orpo(chosen: Tensor, rejected: Tensor, beta: float) -> Tensor:
    """Odds ratio preference optimisation, (P,) *mean* log-probabilities each -> (P,) losses; there is no reference.

        -log p(chosen) - beta log sigmoid(log odds(chosen) - log odds(rejected)),  odds = p / (1 - p)

    Hong et al. 2024, arXiv:2403.07691, equations 6 and 7; the likelihood is the chosen answer's, without its prompt.
    """
    return -chosen - beta * logsigmoid(_log_odds(chosen) - _log_odds(rejected))


def simpo(chosen: Tensor, rejected: Tensor, beta: float, margin: float) -> Tensor:
    """Simple preference optimisation, (P,) *mean* log-probabilities each -> (P,) losses; there is no reference.

    -log sigmoid(beta (log p(chosen) - log p(rejected)) - margin). Meng et al. 2024, arXiv:2405.14734, equation 6.
    """
    return -logsigmoid(beta * (chosen - rejected) - margin)


def kto(
    log_ratios: Tensor,
    desirable: Tensor,
    baseline: float,
    beta: float,
    desirable_weight: float = 1.0,
    undesirable_weight: float = 1.0,
) -> Tensor:
    """Kahneman-Tversky optimisation of single answers: (N,) log p/p_ref and (N,) bool -> (N,) losses.

    With the baseline z, an estimate of KL(p || p_ref) that is not learned through:

        desirable:    weight (1 - sigmoid(beta (log p/p_ref - z)))
        undesirable:  weight (1 - sigmoid(beta (z - log p/p_ref)))

    Ethayarajh et al. 2024, arXiv:2402.01306, equation 7.
    """
    gain = beta * (log_ratios - baseline)  # (N,)
    liked = desirable_weight * torch.sigmoid(-gain)  # 1 - sigmoid(g) = sigmoid(-g), which loses no digits
    return torch.where(desirable, liked, undesirable_weight * torch.sigmoid(gain))


def bradley_terry(chosen: Tensor, rejected: Tensor) -> Tensor:
    """A reward model's loss, (P,) scores each -> (P,): -log sigmoid(chosen - rejected).

    Bradley and Terry 1952; Ouyang et al. 2022, arXiv:2203.02155, equation 1.
    """
    return -logsigmoid(chosen - rejected)


def _log_odds(log_p: Tensor) -> Tensor:
    """log p - log(1 - p) of log p <= 0. A probability so near to 1 that log p rounds to 0 is taken for 1 - epsilon."""
    below = log_p.clamp(max=-torch.finfo(log_p.dtype).eps)
    return below - torch.log(-torch.expm1(below))  # 1 - e^x loses all digits near 0, where -expm1(x) loses none
