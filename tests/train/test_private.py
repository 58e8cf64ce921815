"""Differentially private steps against a slow reference: clipping by hand, noise drawn again, cost by a formula."""

import builtins
import math
from collections.abc import Iterable

import numpy as np
import pytest
import torch
from scipy.optimize import brentq
from scipy.stats import kstest, norm
from torch import Tensor, nn

from finewright.base.errors import InputError
from finewright.model.batch import Example
from finewright.model.padded import padded
from finewright.train.accounting import epsilon_of, multiplier_for
from finewright.train.private import PrivateLoss, PrivateSteps, gradient_norm, normal
from finewright.train.sft import token_loss
from finewright.train.weights import trainable
from train.tiny_training import PAD, settings, tiny_examples, tiny_model

KEY, OTHER = b"k" * 32, b"o" * 32
CLIP = 0.05


def gradient(model: nn.Module, source: PrivateSteps, loss: PrivateLoss, number: int) -> Tensor:
    """The gradient of a step as the loop adds it up, (P,)."""
    model.zero_grad()
    step = source.step(number)
    for batch in step.batches:
        (loss(model, batch) / step.weight).backward()  # type: ignore[no-untyped-call]
    return flat(weight.grad for weight in trainable(model).values())


def flat(tensors: Iterable[Tensor | None]) -> Tensor:
    """All of them as one vector."""
    return torch.cat([tensor.flatten() for tensor in tensors if tensor is not None])


def alone(model: nn.Module, example: Example) -> Tensor:
    """One example's gradient per supervised token, by itself, (P,)."""
    model.zero_grad()
    (token_loss(model, padded([example], PAD)) / example.targets).backward()  # type: ignore[no-untyped-call]
    return flat(weight.grad for weight in trainable(model).values())


def taken(source: PrivateSteps, number: int) -> list[str]:
    return [batch.ids[0] for batch in source.step(number).batches[:-1]]


@pytest.fixture
def model() -> nn.Module:
    """With B matrices off zero, so that every weight has a gradient."""
    made = tiny_model()
    torch.manual_seed(1)
    with torch.no_grad():
        for weight in trainable(made).values():
            weight.add_(0.1 * torch.randn_like(weight))
    return made.train()


@pytest.mark.parametrize("multiplier", [0.0, 1.5])
def test_a_step_is_the_clipped_gradients_and_the_noise(model: nn.Module, multiplier: float) -> None:
    rows = tiny_examples()
    source = PrivateSteps(rows, settings(batch=6), KEY, PAD)
    found = gradient(model, source, PrivateLoss(CLIP, multiplier, KEY), 3)
    by_name = {one.id: one for one in rows}
    own = [alone(model, by_name[name]) for name in taken(source, 3)]
    assert any(one.norm() > CLIP for one in own)
    clipped = sum((one * min(1.0, CLIP / float(one.norm())) for one in own), torch.zeros_like(found))
    noise = torch.from_numpy(normal(KEY, "noise of step 3", len(found)) * multiplier * CLIP).float()
    assert torch.allclose(found, (clipped + noise) / 6, atol=1e-6)


def test_one_example_changes_a_step_by_no_more_than_the_norm_it_may_have(model: nn.Module) -> None:
    """The sensitivity that the accountant counts on; a divisor that hangs on the sample would break it."""
    rows = tiny_examples()
    loss, everything = PrivateLoss(CLIP, 0.0, KEY), settings(batch=len(rows))
    whole = gradient(model, PrivateSteps(rows, everything, KEY, PAD), loss, 0) * len(rows)
    for left in range(len(rows)):
        fewer = [row for at, row in enumerate(rows) if at != left]
        less = gradient(model, PrivateSteps(fewer, everything, KEY, PAD), loss, 0) * len(fewer)
        assert (whole - less).norm() <= CLIP * (1 + 1e-4)


def test_a_small_gradient_is_left_as_it_is_and_the_loss_is_told_unscaled(model: nn.Module) -> None:
    example = tiny_examples()[0]
    norm_before = float(alone(model, example).norm())
    for clip in (norm_before / 10, norm_before * 10):
        model.zero_grad()
        loss = PrivateLoss(clip, 1.0, KEY)(model, padded([example], PAD))
        plain = token_loss(model, padded([example], PAD)) / example.targets
        assert loss.item() == pytest.approx(plain.item(), rel=1e-6)
        loss.backward()  # type: ignore[no-untyped-call]
        now = float(flat(weight.grad for weight in trainable(model).values()).norm())
        assert now == pytest.approx(min(norm_before, clip), rel=1e-4)


def test_the_norm_is_that_of_all_weights_together(model: nn.Module) -> None:
    example = tiny_examples()[0]
    loss = token_loss(model, padded([example], PAD)) / example.targets
    assert float(gradient_norm(loss, list(trainable(model).values()))) == pytest.approx(
        float(alone(model, example).norm())
    )


def test_examples_in_one_batch_are_refused(model: nn.Module) -> None:
    with pytest.raises(ValueError, match="gradients of their own"):
        PrivateLoss(CLIP, 1.0, KEY)(model, padded(tiny_examples()[:2], PAD))


def test_each_example_is_drawn_by_itself() -> None:
    rows = [Example(f"row {at}", (1, 2), (False, True)) for at in range(200)]
    source = PrivateSteps(rows, settings(batch=20, epochs=30), KEY, PAD)
    assert (source.rate, source.total, source.per_epoch) == (0.1, 300, 10)
    sizes = [len(taken(source, number)) for number in range(source.total)]
    # Binomial(200, 0.1): mean 20, standard deviation 4.24; the mean of 300 lies within five of its own of 0.245.
    assert abs(float(np.mean(sizes)) - 20) < 1.3
    assert 3.3 < float(np.std(sizes)) < 5.2
    fewer = PrivateSteps([row for row in rows if row.id != "row 7"], settings(batch=20, epochs=30), KEY, PAD)
    for number in range(20):
        now = [name for name in taken(fewer, number) if name not in taken(source, number)]
        assert not (set(taken(source, number)) - set(taken(fewer, number)) - {"row 7"})
        assert len(now) <= 2  # the rate is a little higher with an example less


def test_another_key_is_another_sample() -> None:
    rows = [Example(f"row {at}", (1, 2), (False, True)) for at in range(50)]
    one, other = (PrivateSteps(rows, settings(batch=10), key, PAD) for key in (KEY, OTHER))
    assert any(taken(one, number) != taken(other, number) for number in range(5))


def test_noise_is_normal_and_nobodys_but_the_keys() -> None:
    drawn = normal(KEY, "noise of step 0", 100_001)
    assert drawn.shape == (100_001,)
    assert kstest(drawn, "norm").pvalue > 0.001
    assert np.array_equal(drawn, normal(KEY, "noise of step 0", 100_001))
    for other in (normal(KEY, "noise of step 1", 100_001), normal(OTHER, "noise of step 0", 100_001)):
        assert abs(float(np.corrcoef(drawn, other)[0, 1])) < 0.02
    halves = drawn[:50_000], drawn[50_001:]  # what one pair of uniform numbers gave, side by side
    assert abs(float(np.corrcoef(halves[0], halves[1])[0, 1])) < 0.02


def gaussian_epsilon(multiplier: float, delta: float, steps: int) -> float:
    """Epsilon of so many Gaussian mechanisms without sampling, exact: Balle and Wang 2018, theorem 8."""
    mu = math.sqrt(steps) / multiplier

    def excess(epsilon: float) -> float:
        return norm.cdf(mu / 2 - epsilon / mu) - math.exp(epsilon) * norm.cdf(-mu / 2 - epsilon / mu) - delta

    return float(brentq(excess, 0, 200))


@pytest.mark.parametrize(("multiplier", "steps"), [(2.0, 1), (2.0, 30), (5.0, 30)])
def test_the_cost_without_sampling_is_the_closed_formula(multiplier: float, steps: int) -> None:
    exact = gaussian_epsilon(multiplier, 1e-4, steps)
    told = epsilon_of(multiplier, 1e-4, 1.0, steps)
    assert exact <= told < 1.01 * exact


def test_sampling_makes_it_cheaper_and_steps_make_it_dearer() -> None:
    assert epsilon_of(1.0, 1e-4, 0.1, 30) < epsilon_of(1.0, 1e-4, 0.5, 30) < epsilon_of(1.0, 1e-4, 0.5, 60)
    assert epsilon_of(1.0, 1e-4, 0.1, 0) == 0


@pytest.mark.parametrize("epsilon", [1.0, 8.0])
def test_the_noise_for_an_epsilon_keeps_it_and_wastes_little(epsilon: float) -> None:
    found = multiplier_for(epsilon, 1e-3, 0.1, 60)
    assert 0.97 * epsilon < epsilon_of(found, 1e-3, 0.1, 60) <= epsilon


def test_noise_below_a_fifth_is_never_given() -> None:
    assert multiplier_for(1e4, 1e-3, 0.1, 6) == 0.2


def test_without_the_package_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    really = builtins.__import__

    def without(name: str, *rest: object) -> object:
        if name.startswith("dp_accounting"):
            raise ImportError(name)
        return really(name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InputError, match=r"pip install 'finewright\[dp\]'"):
        multiplier_for(1.0, 1e-3, 0.1, 60)


def sampled_epsilon(multiplier: float, delta: float, rate: float) -> float:
    """Epsilon of one Poisson-sampled Gaussian step by numerical integration of its two densities."""
    at = np.linspace(-12 * multiplier, 1 + 12 * multiplier, 400_001)
    without = norm.pdf(at, 0, multiplier)
    with_it = (1 - rate) * without + rate * norm.pdf(at, 1, multiplier)

    def excess(epsilon: float) -> float:
        factor, step = math.exp(epsilon), at[1] - at[0]
        beyond = [np.maximum(0, one - factor * other).sum() for one, other in ((with_it, without), (without, with_it))]
        return float(max(beyond) * step) - delta

    return float(brentq(excess, 0, 50))


@pytest.mark.parametrize(("multiplier", "rate"), [(1.0, 0.1), (0.7, 0.3)])
def test_the_cost_of_a_sampled_step_is_that_of_its_densities(multiplier: float, rate: float) -> None:
    exact = sampled_epsilon(multiplier, 1e-4, rate)
    assert exact - 1e-4 <= epsilon_of(multiplier, 1e-4, rate, 1) < 1.02 * exact + 2e-3
