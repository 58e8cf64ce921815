"""Objectives of reinforcement against arithmetic done by hand."""

import math

import pytest
import torch
from torch import Tensor

from finewright.model.batch import Batch, by_example
from finewright.train.reward_objectives import Normalise, clipped, clipped_value, divergence, outside, shares


def numbers(*values: float) -> Tensor:
    return torch.tensor(values, dtype=torch.float64, requires_grad=True)


def batch_of(lengths: list[int]) -> Batch:
    """Answers of so many tokens."""
    example = torch.arange(len(lengths)).repeat_interleave(torch.tensor(lengths))
    entries = torch.arange(len(example))
    ids = tuple(f"rollout-{number}" for number in range(len(lengths)))
    return Batch({}, entries, entries, entries, torch.ones(len(entries)), example, ids, len(entries))


# (ratio, advantage) -> loss and d loss / d log p, for a clip of 0.2; d ratio / d log p is the ratio
_CLIPPED = {
    "moved with the advantage, beyond": (1.5, 2.0, -1.2 * 2, 0.0),  # min(3, 2.4): held
    "moved against it, beyond": (1.5, -2.0, 3.0, 3.0),  # min(-3, -2.4): pulled back
    "sunk with it, beyond": (0.5, -2.0, 1.6, 0.0),  # min(-1, -1.6): held
    "sunk against it, beyond": (0.5, 2.0, -1.0, -1.0),  # min(1, 1.6): pulled back
    "within": (1.1, 2.0, -2.2, -2.2),
    "not moved": (1.0, 2.0, -2.0, -2.0),
    "not moved, and bad": (1.0, -3.0, 3.0, 3.0),
}


@pytest.mark.parametrize(("ratio", "advantage", "loss", "slope"), _CLIPPED.values(), ids=_CLIPPED)
def test_the_clipped_surrogate_by_hand(ratio: float, advantage: float, loss: float, slope: float) -> None:
    log_p, old, advantages = numbers(math.log(ratio) - 4), numbers(-4), numbers(advantage)
    found = clipped(log_p, old, advantages, 0.2)
    assert found.item() == pytest.approx(loss)
    assert torch.autograd.grad(found.sum(), log_p)[0].item() == pytest.approx(slope, abs=1e-12)
    assert outside(log_p, old, advantages, 0.2).item() is (slope == 0.0)


def test_on_its_own_rollouts_it_is_the_policy_gradient() -> None:
    log_p, advantages = numbers(-1, -2, -0.5), numbers(0.3, -1.7, 0)
    found = clipped(log_p, log_p.detach(), advantages, 0.2)
    assert torch.autograd.grad(found.sum(), log_p)[0].tolist() == [-0.3, 1.7, 0]


def test_far_away_it_is_still_a_number_and_gives_no_gradient() -> None:
    log_p = torch.tensor([-1.0, -1.0, -1e4, -1e4], requires_grad=True)
    old = torch.tensor([-1e4, -1e4, -1.0, -1.0])
    found = clipped(log_p, old, torch.tensor([0.0, -1.0, 1.0, 0.0]), 0.2)
    (slope,) = torch.autograd.grad(found.sum(), log_p)
    assert bool(torch.isfinite(found).all())
    assert slope[1] == 0
    assert bool(torch.isfinite(slope).all())


def test_the_divergence_by_hand() -> None:
    # p = 1/2, p_ref = 1/4: e^d - d - 1 = 1/2 + ln 2 - 1; slope 1 - p_ref/p = 1/2
    log_p = numbers(math.log(0.5))
    found = divergence(log_p, numbers(math.log(0.25)))
    assert found.item() == pytest.approx(math.log(2) - 0.5)
    assert torch.autograd.grad(found.sum(), log_p)[0].item() == pytest.approx(0.5)


def test_its_mean_over_tokens_of_the_policy_is_the_divergence() -> None:
    draw = torch.Generator().manual_seed(1)
    p, q = (torch.rand(9, generator=draw, dtype=torch.float64).log_softmax(0) for _ in range(2))
    assert float((p.exp() * divergence(p, q)).sum()) == pytest.approx(float((p.exp() * (p - q)).sum()))


def test_its_gradient_is_the_divergences_own_where_the_ratio_is_seen_to_change() -> None:
    """The mean over tokens drawn from p, by weights that the gradient does not see, as when they were sampled."""
    draw = torch.Generator().manual_seed(1)
    logits, others = (torch.rand(9, generator=draw, dtype=torch.float64).requires_grad_() for _ in range(2))
    p, q = logits.log_softmax(0), others.log_softmax(0).detach()
    drawn = p.exp().detach()
    (of_ours,) = torch.autograd.grad((drawn * divergence(p, q, p.detach())).sum(), logits, retain_graph=True)
    (of_plain,) = torch.autograd.grad((drawn * divergence(p, q)).sum(), logits, retain_graph=True)
    (reverse,) = torch.autograd.grad((p.exp() * (p - q)).sum(), logits, retain_graph=True)
    (forward,) = torch.autograd.grad((q.exp() * (q - p)).sum(), logits)
    torch.testing.assert_close(of_ours, reverse)
    torch.testing.assert_close(of_plain, forward)
    assert float((reverse - forward).norm()) > 0.05 * float(forward.norm())  # a check of the check


def test_it_is_nothing_where_nothing_moved_small_near_there_and_finite_far_away() -> None:
    one = torch.full((4,), -2.0, requires_grad=True)
    found = divergence(one, torch.tensor([-2.0, -2.001, -1e4, 1e4]))
    assert found[0] == 0
    assert found[1].item() == pytest.approx(0.001**2 / 2, rel=0.01)  # in single precision
    assert found[2].item() == pytest.approx(1e4, rel=1e-3)
    assert bool(torch.isfinite(found).all())
    assert bool(torch.isfinite(torch.autograd.grad(found.sum(), one)[0]).all())


# a value head's loss


def test_the_clipped_value_by_hand() -> None:
    # old 1, clip 0.2. V = 2, R = 3: near is 1.2, max(1, 3.24) / 2, held. V = 0, R = 1: max(1, 0.04) / 2, slope V - R.
    # V = 1.1, R = 0: both are 1.21 / 2.
    values = numbers(2, 0, 1.1)
    found = clipped_value(values, numbers(1, 1, 1), numbers(3, 1, 0), 0.2)
    assert found.tolist() == pytest.approx([1.62, 0.5, 0.605])
    assert torch.autograd.grad(found.sum(), values)[0].tolist() == pytest.approx([0, -1, 1.1])


# what a token counts


def test_shares_by_hand() -> None:
    batch = batch_of([1, 3])
    assert shares(batch, "answer", 5).tolist() == pytest.approx([1, 1 / 3, 1 / 3, 1 / 3])
    assert shares(batch, "tokens", 5).tolist() == [1, 1, 1, 1]
    assert shares(batch, "constant", 5).tolist() == pytest.approx([0.2] * 4)


@pytest.mark.parametrize("kind", ["answer", "tokens", "constant"])
def test_a_cut_into_batches_changes_nothing(kind: Normalise) -> None:
    lengths, each = [2, 5, 1, 4], torch.rand(12, generator=torch.Generator().manual_seed(2))
    whole = shares(batch_of(lengths), kind, 6) * each
    parts = [shares(batch_of(cut), kind, 6) for cut in (lengths[:1], lengths[1:3], lengths[3:])]
    assert (torch.cat(parts) * each).tolist() == pytest.approx(whole.tolist())


def test_an_answer_counts_alike_however_long_it_is() -> None:
    batch = batch_of([7, 1, 2])
    assert by_example(batch, shares(batch, "answer", 9)).tolist() == pytest.approx([1, 1, 1])
