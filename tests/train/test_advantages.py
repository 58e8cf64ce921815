"""Advantages against arithmetic done by hand."""

import pytest
import torch
from torch import Tensor

from finewright.train.advantages import gae, grpo, rloo


def rewards(*groups: list[float]) -> Tensor:
    return torch.tensor(groups, dtype=torch.float64)


def test_grpo_by_hand() -> None:
    # mean 1/2; squares 4 * 1/4 over G - 1 = 3: deviation sqrt(1/3)
    found = grpo(rewards([1, 0, 0, 1]), scale=True)
    one = 0.5 / ((1 / 3) ** 0.5 + 1e-4)
    assert found.tolist() == [pytest.approx([one, -one, -one, one])]


def test_without_scale_a_group_keeps_its_unit() -> None:
    # means 2 and 25
    found = grpo(rewards([1, 2, 3], [10, 20, 45]), scale=False)
    assert found.tolist() == [[-1, 0, 1], [-15, -5, 20]]


def test_rloo_leaves_each_out_of_its_own_baseline() -> None:
    # 1 - (0 + 0.5)/2 = 0.75;  0 - (1 + 0.5)/2 = -0.75;  0.5 - (1 + 0)/2 = 0
    assert rloo(rewards([1, 0, 0.5])).tolist() == [pytest.approx([0.75, -0.75, 0.0])]
    # of two: the difference to the other
    assert rloo(rewards([3, 1])).tolist() == [pytest.approx([2, -2])]


def test_rloo_is_the_plain_definition() -> None:
    given = torch.rand(5, 8, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    for group, found in zip(given.tolist(), rloo(given).tolist(), strict=True):
        others = [group[:at] + group[at + 1 :] for at in range(8)]
        assert found == pytest.approx([one - sum(rest) / 7 for one, rest in zip(group, others, strict=True)])


def test_a_group_rewarded_alike_teaches_nothing_at_all() -> None:
    alike = rewards([0.1] * 7, [1e6 / 3] * 7)
    assert bool((alike - alike.mean(1, keepdim=True) != 0).any())  # a check of the check: the mean is rounded
    for found in (grpo(alike, scale=True), grpo(alike, scale=False), rloo(alike)):
        assert not found.any()


def test_each_group_by_itself() -> None:
    one, other = [0.2, 0.9, 0.4], [7.0, 7.5, 9.0]
    for of in (lambda given: grpo(given, True), lambda given: grpo(given, False), rloo):
        torch.testing.assert_close(of(rewards(one, other))[:1], of(rewards(one)))


# generalised advantage estimation


def test_gae_by_hand() -> None:
    # discount 1/2, smoothing 1/2: d = r + V'/2 - V = (0 + 1 - 1, 0 + 2 - 2, 8 + 0 - 4) = (0, 0, 4)
    # A_3 = 4, A_2 = 0 + 4/4 = 1, A_1 = 0 + 1/4
    found = gae(torch.tensor([0.0, 0.0, 8.0]), torch.tensor([1.0, 2.0, 4.0]), 0.5, 0.5)
    assert found.tolist() == pytest.approx([0.25, 1.0, 4.0])


def test_its_two_ends_are_the_return_and_the_next_surprise() -> None:
    given, values = torch.tensor([1.0, -2.0, 0.5, 3.0]), torch.tensor([0.3, -0.1, 0.7, 2.0])
    # smoothing 1: what is still to come less the value; 1.5 + 1 - ... = 2.5, 1.5, 3.5, 3.0
    assert (gae(given, values, 1.0, 1.0) + values).tolist() == pytest.approx([2.5, 1.5, 3.5, 3.0])
    # smoothing 0: r + V' - V
    assert gae(given, values, 1.0, 0.0).tolist() == pytest.approx([1 - 0.1 - 0.3, -2 + 0.7 + 0.1, 0.5 + 2 - 0.7, 3 - 2])


def test_a_rollout_of_one_token_has_nothing_behind_it() -> None:
    assert gae(torch.tensor([2.0]), torch.tensor([0.5]), 0.9, 0.9).tolist() == [1.5]
