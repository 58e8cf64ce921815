"""KL(base || tuned) and its gradients against a direct computation in double precision."""

import pytest
import torch
from torch import Tensor, nn

from finewright.model.divergence import diverged


def head(seed: int, frozen: bool = True, bias: bool = False) -> nn.Linear:
    torch.manual_seed(seed)
    return nn.Linear(5, 7, bias=bias).double().requires_grad_(not frozen)


def plain(ours: nn.Module, hidden: Tensor, theirs: nn.Module, base: Tensor, cap: float | None) -> Tensor:
    """The definition, written out: a sum over the vocabulary of p (log p - log q)."""
    logits, wanted = ours(hidden), theirs(base).detach()
    if cap is not None:
        logits, wanted = cap * torch.tanh(logits / cap), cap * torch.tanh(wanted / cap)
    p, q = wanted.softmax(-1), logits.softmax(-1)
    return (p * (p.log() - q.log())).sum(-1)


@pytest.mark.parametrize("cap", [None, 0.4])
@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("frozen", [True, False])
def test_values_and_gradients_are_those_of_the_definition(frozen: bool, bias: bool, cap: float | None) -> None:
    ours, theirs = head(0, frozen, bias), head(1, True, bias)
    hidden = torch.randn(4, 5, dtype=torch.float64, requires_grad=True)
    base = torch.randn(4, 5, dtype=torch.float64)
    weights = torch.tensor([1.0, 0.0, 2.5, 0.3], dtype=torch.float64)
    asked = [hidden, *(weight for weight in ours.parameters() if weight.requires_grad)]
    found, wanted = diverged(ours, hidden, theirs, base, cap), plain(ours, hidden, theirs, base, cap)
    torch.testing.assert_close(found, wanted)
    gradients = (torch.autograd.grad((one * weights).sum(), asked) for one in (found, wanted))
    for one, other in zip(*gradients, strict=True):
        torch.testing.assert_close(one, other)


def test_the_gradient_is_the_difference_of_what_both_expect() -> None:
    # d KL(p || softmax(W h)) / dh = W^T (q - p), by hand
    ours, hidden, base = head(0), torch.randn(3, 5, dtype=torch.float64), torch.randn(3, 5, dtype=torch.float64)
    asked = hidden.clone().requires_grad_()
    (found,) = torch.autograd.grad(diverged(ours, asked, ours, base, None).sum(), [asked])
    torch.testing.assert_close(found, (ours(hidden).softmax(-1) - ours(base).softmax(-1)) @ ours.weight)


def test_no_gradient_reaches_the_base_and_none_is_far_from_itself() -> None:
    ours, states = head(0, frozen=False), torch.randn(3, 5, dtype=torch.float64)
    theirs = head(1, frozen=False)
    base = states.clone().requires_grad_()
    assert torch.equal(diverged(ours, states, ours, states, None), torch.zeros(3, dtype=torch.float64))
    (diverged(ours, states, theirs, base, None)).sum().backward()
    assert base.grad is None
    assert theirs.weight.grad is None


def test_no_logits_are_kept_for_the_backward_pass() -> None:
    widths: list[int] = []

    def noted(kept: Tensor) -> Tensor:
        widths.append(kept.shape[-1])
        return kept

    hidden = torch.randn(3, 5, dtype=torch.float64, requires_grad=True)
    with torch.autograd.graph.saved_tensors_hooks(noted, lambda kept: kept):
        diverged(head(0), hidden, head(1), hidden.detach(), None)
    assert 7 not in widths
    with torch.autograd.graph.saved_tensors_hooks(noted, lambda kept: kept):
        plain(head(0), hidden, head(1), hidden.detach(), None)
    assert 7 in widths


def test_half_precision_is_summed_in_single() -> None:
    ours, states = head(0).to(torch.bfloat16), torch.randn(3, 5, dtype=torch.bfloat16)
    assert diverged(ours, states, ours, states, None).dtype == torch.float32
