"""The head's log-probabilities and gradients against the plain log-softmax, frozen or not, capped or not."""

import pytest
import torch
from torch import Tensor, nn

from finewright.model.head import scored

STATES, TARGETS = torch.tensor([0, 0, 2, 1, 2, 2]), torch.tensor([3, 3, 0, 6, 5, 1])
WEIGHTS = torch.tensor([1.0, -0.5, 2.0, 0.0, 0.3, 1.0], dtype=torch.float64)


def head(bias: bool = False, frozen: bool = True) -> nn.Linear:
    torch.manual_seed(0)
    return nn.Linear(5, 7, bias=bias).double().requires_grad_(not frozen)


def plain(layer: nn.Linear, hidden: Tensor, cap: float | None) -> Tensor:
    logits = layer(hidden)
    if cap is not None:
        logits = cap * torch.tanh(logits / cap)
    return logits.log_softmax(-1)[STATES, TARGETS]


@pytest.mark.parametrize("cap", [None, 0.4])
@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("frozen", [True, False])
def test_scores_and_gradients_are_those_of_the_log_softmax(frozen: bool, bias: bool, cap: float | None) -> None:
    layer, hidden = head(bias, frozen), torch.randn(3, 5, dtype=torch.float64, requires_grad=True)
    asked = [hidden, *(weight for weight in layer.parameters() if weight.requires_grad)]
    found, wanted = scored(layer, hidden, STATES, TARGETS, cap), plain(layer, hidden, cap)
    torch.testing.assert_close(found, wanted)
    gradients = (torch.autograd.grad((one * WEIGHTS).sum(), asked) for one in (found, wanted))
    for one, other in zip(*gradients, strict=True):
        torch.testing.assert_close(one, other)


def test_a_frozen_head_keeps_no_logits_for_the_backward_pass() -> None:
    widths: list[int] = []

    def noted(kept: Tensor) -> Tensor:
        widths.append(kept.shape[-1])
        return kept

    hidden = torch.randn(3, 5, dtype=torch.float64, requires_grad=True)
    with torch.autograd.graph.saved_tensors_hooks(noted, lambda kept: kept):
        scored(head(), hidden, STATES, TARGETS, None)
    assert widths
    assert 7 not in widths


def test_half_precision_is_summed_in_single() -> None:
    layer = head().to(torch.bfloat16)
    assert scored(layer, torch.randn(3, 5, dtype=torch.bfloat16), STATES, TARGETS, None).dtype == torch.float32
