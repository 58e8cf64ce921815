"""Row 9 of the silent failures: an adapter that does not learn, or not in full precision, is caught at once."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from peft import PeftModel
from torch.optim import AdamW

from finewright.base.errors import FinewrightError
from finewright.model.padded import padded
from finewright.model.states import hidden_states, log_probs
from finewright.train.first_step import check_moved
from finewright.train.objectives import cross_entropy
from finewright.train.optim import adamw, descend
from finewright.train.weights import fingerprints, trainable
from train.tiny_training import PAD, settings, tiny_examples, tiny_model, tiny_training


def stepped(model: PeftModel, rate: float = 1e-3) -> AdamW:
    """AdamW after one real step on four examples."""
    optimizer, batch = adamw(model, settings()), padded(tiny_examples(4), PAD)
    cross_entropy(log_probs(model, hidden_states(model, batch), batch), batch).backward()  # type: ignore[no-untyped-call]
    descend(optimizer, rate)
    return optimizer


def test_a_real_first_step_passes() -> None:
    model = tiny_model()
    start = fingerprints(model)
    check_moved(model, stepped(model), start)


def detached(model: PeftModel) -> AdamW:
    """A part of the adapter is cut from the graph, as by gradient checkpointing on inputs that ask for no gradient."""
    layer = model.get_decoder().layers[0]
    layer.register_forward_hook(lambda _module, _inputs, output: output.detach())
    return stepped(model)


def rounded(model: PeftModel) -> AdamW:
    """Half-precision weights, which AdamW gives half-precision moments."""
    return stepped(model.to(torch.bfloat16))


def half_moments(model: PeftModel) -> AdamW:
    """Moments that an optimizer keeps in half precision beside weights in full."""
    optimizer = stepped(model)
    for state in optimizer.state.values():
        state["exp_avg"] = state["exp_avg"].half()
    return optimizer


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (detached, r"got no gradient in the first step \(.*layers\.0\..* and 11 more\)"),
        (rounded, "are in less than 32 bits after the first step"),
        (half_moments, "are in less than 32 bits after the first step, moments included"),
        (lambda model: stepped(model, rate=0.0), "did not move in the first step"),
    ],
)
def test_row_9_an_adapter_that_does_not_learn_is_caught(fault: Callable[[PeftModel], AdamW], said: str) -> None:
    model = tiny_model()
    with pytest.raises(FinewrightError, match=rf"trainable weights {said}"):
        check_moved(model, fault(model), fingerprints(tiny_model()))


def test_row_9_an_optimizer_of_another_model_is_caught() -> None:
    # peft PR#1706 and its kin: the optimizer was made before the adapter was put on, and holds none of its weights.
    model, other = tiny_model(), tiny_model()
    with pytest.raises(FinewrightError, match="got no gradient in the first step"):
        check_moved(model, stepped(other), fingerprints(model))
    assert not any(weight.any() for name, weight in trainable(model).items() if "lora_B" in name)


def test_row_9_the_loop_stops_at_a_first_step_that_does_not_reach_the_adapter(tmp_path: Path) -> None:
    model = tiny_model()
    model.get_decoder().layers[0].register_forward_hook(lambda _module, _inputs, output: output.detach())
    with pytest.raises(FinewrightError, match="got no gradient in the first step"):
        tiny_training(tmp_path, model, settings())
