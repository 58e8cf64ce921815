"""The schedule and one AdamW step against arithmetic done by hand; what is decayed; clipping; the stop on NaN."""

import math

import pytest
import torch
from torch import nn

from finewright.base.errors import FinewrightError
from finewright.base.recipe_train import Train
from finewright.train.optim import (
    adamw,
    clip_gradients,
    descend,
    learning_rate,
    moments_of,
    put_moments,
    require_finite,
)


def rates(total: int, **settings: object) -> list[float]:
    chosen = Train.model_validate({"learning_rate": 1.0, **settings})
    return [learning_rate(step, total, chosen) for step in range(total)]


def test_linear() -> None:
    # 2 of 10 steps warm up: 1/2, 1; then eight steps fall by 1/8 each
    falling = [1, 7 / 8, 6 / 8, 5 / 8, 4 / 8, 3 / 8, 2 / 8, 1 / 8]
    assert rates(10, schedule="linear", warmup=0.2) == pytest.approx([0.5, 1.0, *falling])


def test_cosine() -> None:
    # 1 of 5 warms up; then (1 + cos(pi k/4))/2 for k = 0..3
    root = math.sqrt(0.5)
    assert rates(5, schedule="cosine", warmup=0.2) == pytest.approx([1, 1, (1 + root) / 2, 0.5, (1 - root) / 2])


def test_constant_without_warm_up() -> None:
    assert rates(3, schedule="constant", warmup=0.0) == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("schedule", ["cosine", "linear", "constant"])
@pytest.mark.parametrize("total", [1, 2, 3, 100])
@pytest.mark.parametrize("warmup", [0.0, 0.06, 0.5, 0.99])
def test_no_step_is_lost_and_none_is_above_the_peak(schedule: str, total: int, warmup: float) -> None:
    assert all(0 < rate <= 1 for rate in rates(total, schedule=schedule, warmup=warmup))


def test_one_step_by_hand() -> None:
    # Step 1 of AdamW: m/(1-b1) = g and v/(1-b2) = g^2, so w moves by -rate * g / (|g| + 1e-8);
    # decay first multiplies the matrix (not the bias) by 1 - rate * decay.
    layer = nn.Linear(1, 1)
    with torch.no_grad():
        layer.weight.fill_(2.0)
        layer.bias.fill_(3.0)
    optimizer = adamw(layer, Train(weight_decay=0.1))
    layer.weight.grad, layer.bias.grad = torch.full((1, 1), -4.0), torch.full((1,), 5.0)
    descend(optimizer, rate=0.5)
    assert layer.weight.item() == pytest.approx(2.0 * (1 - 0.5 * 0.1) + 0.5)
    assert layer.bias.item() == pytest.approx(3.0 - 0.5)
    assert layer.weight.grad is None


def test_clipping_keeps_the_direction_and_tells_the_norm_before() -> None:
    layer = nn.Linear(1, 1)
    optimizer = adamw(layer, Train())
    layer.weight.grad, layer.bias.grad = torch.full((1, 1), 3.0), torch.full((1,), 4.0)
    assert clip_gradients(optimizer, 1.0) == pytest.approx(5.0)
    assert (layer.weight.grad.item(), layer.bias.grad.item()) == pytest.approx((0.6, 0.8))
    assert clip_gradients(optimizer, 2.0) == pytest.approx(1.0)
    assert layer.weight.grad.item() == pytest.approx(0.6)


def test_frozen_weights_stay_out() -> None:
    layer = nn.Linear(2, 2)
    layer.bias.requires_grad_(False)
    assert [weight.shape for group in adamw(layer, Train()).param_groups for weight in group["params"]] == [(2, 2)]


def test_a_step_after_moments_were_put_back_is_the_same_step() -> None:
    def stepped(layer: nn.Linear, optimizer: torch.optim.AdamW, gradient: float) -> None:
        layer.weight.grad, layer.bias.grad = torch.full((2, 2), gradient), torch.full((2,), -gradient)
        descend(optimizer, 0.1)

    layer = nn.Linear(2, 2)
    optimizer = adamw(layer, Train())
    stepped(layer, optimizer, 0.3)
    moments = {name: value.clone() for name, value in moments_of(layer, optimizer).items()}
    other = nn.Linear(2, 2)
    other.load_state_dict(layer.state_dict())
    resumed = adamw(other, Train())
    put_moments(other, resumed, moments)
    stepped(layer, optimizer, -0.2)
    stepped(other, resumed, -0.2)
    assert torch.equal(layer.weight, other.weight)
    assert torch.equal(layer.bias, other.bias)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_stops_with_step_and_remedy(value: float) -> None:
    with pytest.raises(FinewrightError, match=r"gradient norm of step 12 is .*lower `train\.learning_rate`"):
        require_finite(12, loss=0.5, gradient_norm=value)
    require_finite(12, loss=0.5, gradient_norm=1.0)
