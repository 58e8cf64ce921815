"""Cross-entropy against arithmetic done by hand."""

import math

import pytest
import torch

from finewright.model.batch import Batch
from finewright.train.objectives import cross_entropy


def batch_of(weights: list[float]) -> Batch:
    entries = torch.arange(len(weights))
    return Batch({}, entries, entries, entries, torch.tensor(weights), entries, ("a",), len(weights))


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
