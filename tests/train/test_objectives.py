"""Objectives against arithmetic done by hand, and where numbers get too large or too near to one."""

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from finewright.model.batch import Batch
from finewright.train.objectives import bradley_terry, cross_entropy, dpo, ipo, kto, orpo, simpo


def batch_of(weights: list[float]) -> Batch:
    entries = torch.arange(len(weights))
    return Batch({}, entries, entries, entries, torch.tensor(weights), entries, ("a",), len(weights))


def numbers(*values: float) -> Tensor:
    return torch.tensor(values, dtype=torch.float64, requires_grad=True)


def gradients(loss: Tensor, *of: Tensor) -> list[list[float]]:
    return [one.tolist() for one in torch.autograd.grad(loss.sum(), of)]


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


# cross-entropy


def test_it_is_the_sum_of_negative_log_likelihoods() -> None:
    # -(ln 1/2 + ln 1/4 + ln 1/8) = ln 2 + 2 ln 2 + 3 ln 2 = 6 ln 2, summed and not averaged
    log_probs = torch.tensor([0.5, 0.25, 0.125]).log()
    assert cross_entropy(log_probs, batch_of([1, 1, 1])).item() == pytest.approx(6 * math.log(2))


def test_weights_scale_entries() -> None:
    # -(2 ln 1/2 + 0 ln 1/4 + 1/2 ln 1/8) = (2 + 3/2) ln 2
    log_probs = torch.tensor([0.5, 0.25, 0.125]).log()
    assert cross_entropy(log_probs, batch_of([2, 0, 0.5])).item() == pytest.approx(3.5 * math.log(2))


def test_the_gradient_is_minus_the_weight() -> None:
    log_probs = torch.tensor([-1.0, -2.0], requires_grad=True)
    cross_entropy(log_probs, batch_of([1.5, 3])).backward()
    assert log_probs.grad is not None
    assert log_probs.grad.tolist() == [-1.5, -3.0]


# dpo


def test_dpo_by_hand() -> None:
    # gains: -1 - -2 = 1 and -3 - -2.5 = -0.5, so m = 1.5 and beta m = 0.75; second pair: m = -2, beta m = -1
    chosen, rejected = numbers(-1, -4), numbers(-3, -1)
    loss = dpo(chosen, rejected, numbers(-2, -3), numbers(-2.5, -2), beta=0.5)
    assert loss.tolist() == pytest.approx([math.log1p(math.exp(-0.75)), math.log1p(math.exp(1))])
    # d/dm -log sigmoid(beta m) = -beta sigmoid(-beta m); the rejected side has the other sign
    wanted = [-0.5 * sigmoid(-0.75), -0.5 * sigmoid(1)]
    for_chosen, for_rejected = gradients(loss, chosen, rejected)
    assert for_chosen == pytest.approx(wanted)
    assert for_rejected == pytest.approx([-one for one in wanted])


def test_a_model_that_has_not_moved_pays_the_log_of_two() -> None:
    chosen, rejected = numbers(-7, -300), numbers(-9, -2)
    for smoothing in (0.0, 0.3):
        found = dpo(chosen, rejected, chosen.detach(), rejected.detach(), 0.1, smoothing)
        assert found.tolist() == pytest.approx([math.log(2)] * 2)


def test_conservative_dpo_wants_no_more_than_it_believes() -> None:
    # With eps = 0.2 the loss is the cross-entropy of (0.8, 0.2) with sigmoid(beta m): lowest, and there the entropy of
    # (0.8, 0.2), at beta m = ln(0.8 / 0.2) = ln 4.
    chosen = numbers(math.log(4) / 0.1)
    loss = dpo(chosen, numbers(0), numbers(0), numbers(0), 0.1, smoothing=0.2)
    assert loss.item() == pytest.approx(-0.8 * math.log(0.8) - 0.2 * math.log(0.2))
    assert gradients(loss, chosen)[0] == pytest.approx([0.0], abs=1e-12)


# ipo


def test_ipo_by_hand() -> None:
    # m = (-0.5 - -1) - (-2 - -1.5) = 1, wanted is 1 / (2 * 0.25) = 2: (1 - 2)^2 = 1, gradient 2 (1 - 2) = -2
    chosen, rejected = numbers(-0.5), numbers(-2)
    loss = ipo(chosen, rejected, numbers(-1), numbers(-1.5), beta=0.25)
    assert loss.tolist() == pytest.approx([1.0])
    assert gradients(loss, chosen, rejected) == [pytest.approx([-2.0]), pytest.approx([2.0])]


def test_ipo_is_content_at_its_margin_and_pulls_back_beyond() -> None:
    chosen = numbers(5, 6)
    loss = ipo(chosen, numbers(0, 0), numbers(0, 0), numbers(0, 0), beta=0.1)
    assert loss.tolist() == pytest.approx([0.0, 1.0])
    assert gradients(loss, chosen)[0] == pytest.approx([0.0, 2.0])


# orpo


def test_orpo_by_hand() -> None:
    # p = 0.8 and 0.5: odds 4 and 1, log odds ratio ln 4, sigmoid(ln 4) = 0.8
    chosen, rejected = numbers(math.log(0.8)), numbers(math.log(0.5))
    loss = orpo(chosen, rejected, beta=0.3)
    assert loss.tolist() == pytest.approx([-math.log(0.8) - 0.3 * math.log(0.8)])
    # d log odds / d log p = 1 / (1 - p): 5 and 2; d -log sigmoid(z) / dz = -(1 - 0.8)
    assert gradients(loss, chosen, rejected) == [pytest.approx([-1 - 0.3 * 0.2 * 5]), pytest.approx([0.3 * 0.2 * 2])]


@pytest.mark.parametrize("log_p", [-1e-6, -1e-4, -0.1, -0.6931471, -0.6931473, -5.0, -90.0, -800.0])
def test_odds_lose_no_digits_in_single_precision(log_p: float) -> None:
    """Against double precision, where 1 - p is still far from rounding to nothing."""
    single = torch.tensor([log_p], requires_grad=True)
    exact = single.item()
    odds = exact - (math.log(-math.expm1(exact)) if exact > -0.5 else math.log1p(-math.exp(exact)))
    even = torch.tensor([math.log(0.5)])  # odds of 1
    loss = orpo(single, even, beta=1.0)
    wanted = -exact + (math.log1p(math.exp(-odds)) if odds > 0 else -odds + math.log1p(math.exp(odds)))
    assert loss.item() == pytest.approx(wanted, rel=1e-5)
    slope = -1 - (1 - sigmoid(odds) if odds > -700 else 1) / -math.expm1(exact)
    assert gradients(loss, single)[0] == pytest.approx([slope], rel=1e-3)


@pytest.mark.parametrize("log_p", [0.0, -1e-30, -1e-9, -1e-7])
def test_a_certain_answer_has_finite_odds_and_gradients(log_p: float) -> None:
    for of in ((log_p, -1.0), (-1.0, log_p), (log_p, log_p)):
        chosen, rejected = (torch.tensor([value], requires_grad=True) for value in of)
        loss = orpo(chosen, rejected, beta=0.1)
        found = [*torch.autograd.grad(loss.sum(), (chosen, rejected)), loss]
        assert all(bool(torch.isfinite(one).all()) for one in found), found


def test_the_plain_formula_would_give_no_number() -> None:
    """A check of the check."""
    log_p = torch.tensor([-1e-9], requires_grad=True)
    plain = log_p - torch.log(1 - torch.exp(log_p))
    assert torch.isinf(plain).all()
    assert not torch.isfinite(torch.autograd.grad(plain.sum(), log_p)[0]).all()


# simpo


def test_simpo_by_hand() -> None:
    # beta (c - r) - margin = 2 (-1 - -2) - 1 = 1; without a lead it is -1
    chosen, rejected = numbers(-1, -1), numbers(-2, -1)
    loss = simpo(chosen, rejected, beta=2.0, margin=1.0)
    assert loss.tolist() == pytest.approx([math.log1p(math.exp(-1)), math.log1p(math.exp(1))])
    wanted = [-2 * sigmoid(-1), -2 * sigmoid(1)]
    assert gradients(loss, chosen, rejected) == [pytest.approx(wanted), pytest.approx([-one for one in wanted])]


# kto


def test_kto_by_hand() -> None:
    # beta (gain - z) = ln 3: 1 - sigmoid(ln 3) = 1/4 for a liked answer and 1 - sigmoid(-ln 3) = 3/4 for a disliked one
    gain = 2.0 + math.log(3) / 0.5
    gained, liked = numbers(gain, gain), torch.tensor([True, False])
    loss = kto(gained, liked, baseline=2.0, beta=0.5, desirable_weight=1.0, undesirable_weight=2.0)
    assert loss.tolist() == pytest.approx([1 / 4, 2 * 3 / 4])
    # d sigmoid = sigmoid (1 - sigmoid) = 3/16, times beta and weight; a liked answer is to gain, a disliked one to lose
    assert gradients(loss, gained)[0] == pytest.approx([-0.5 * 3 / 16, 2 * 0.5 * 3 / 16])


def test_at_the_baseline_every_answer_costs_half_its_weight() -> None:
    loss = kto(numbers(3, 3), torch.tensor([True, False]), 3.0, 0.1, 1.5, 0.5)
    assert loss.tolist() == pytest.approx([0.75, 0.25])


# reward


def test_bradley_terry_by_hand() -> None:
    # sigmoid(ln 3) = 3/4: loss ln(4/3), gradient -(1 - 3/4)
    chosen, rejected = numbers(math.log(3) + 10), numbers(10)
    loss = bradley_terry(chosen, rejected)
    assert loss.tolist() == pytest.approx([math.log(4 / 3)])
    assert gradients(loss, chosen, rejected) == [pytest.approx([-1 / 4]), pytest.approx([1 / 4])]


# all of them

_PAIRS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "dpo": lambda c, r: dpo(c, r, c.detach() * 0 - 3, r.detach() * 0 - 2, 0.1),
    "conservative dpo": lambda c, r: dpo(c, r, c.detach() * 0 - 3, r.detach() * 0 - 2, 0.1, 0.1),
    "ipo": lambda c, r: ipo(c, r, c.detach() * 0 - 3, r.detach() * 0 - 2, 0.1),
    "orpo": lambda c, r: orpo(c, r, 0.1),
    "simpo": lambda c, r: simpo(c, r, 2.0, 1.0),
    "bradley-terry": bradley_terry,
    "kto": lambda c, r: kto(torch.cat([c, r]), torch.arange(2 * len(c)) < len(c), 0.5, 0.1, 1.0, 2.0),
}


@pytest.mark.parametrize("objective", _PAIRS.values(), ids=_PAIRS)
def test_gradients_are_finite_differences(objective: Callable[[Tensor, Tensor], Tensor]) -> None:
    draw = torch.Generator().manual_seed(0)
    chosen, rejected = (-2 * torch.rand(6, generator=draw, dtype=torch.float64) - 0.1 for _ in range(2))
    assert torch.autograd.gradcheck(objective, (chosen.requires_grad_(), rejected.requires_grad_()))


@pytest.mark.parametrize("objective", _PAIRS.values(), ids=_PAIRS)
def test_far_away_everything_is_still_a_number(objective: Callable[[Tensor, Tensor], Tensor]) -> None:
    for of in ((-1e4, -1e-3), (-1e-3, -1e4), (-1e4, -1e4), (-1e-3, -1e-3)):
        chosen, rejected = (torch.tensor([value], requires_grad=True) for value in of)
        loss = objective(chosen, rejected)
        found = [*torch.autograd.grad(loss.sum(), (chosen, rejected)), loss]
        assert all(bool(torch.isfinite(one).all()) for one in found), of


@pytest.mark.parametrize("objective", [_PAIRS[name] for name in ("dpo", "orpo", "simpo", "bradley-terry")])
def test_a_pair_told_wrongly_by_far_is_learned_from_with_full_force(
    objective: Callable[[Tensor, Tensor], Tensor],
) -> None:
    """A sigmoid that has run into 0 before its logarithm is taken would give infinity, or no gradient."""
    chosen, rejected = (torch.tensor([value], requires_grad=True) for value in (-1e4, -1.0))
    loss = objective(chosen, rejected)
    down, up = (float(one) for one in torch.autograd.grad(loss.sum(), (chosen, rejected)))
    assert down <= -0.099
    assert up >= 0.099
