"""Every kind of adapter in the real loop: it learns, all of it moves, and a broken-off run ends in the same bits."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel
from torch import Tensor, nn

from finewright.base.errors import FinewrightError, Interrupted
from finewright.base.recipe_train import Lora
from finewright.model import lora
from finewright.model.batch import Batch
from finewright.model.hub import Base, find, load_decoder
from finewright.model.layout import layout_for
from finewright.model.tree import TreeBatches
from finewright.train.postflight import check_adapter
from finewright.train.sft import token_loss
from finewright.train.weights import fingerprints, trainable, weights_of
from support.tiny import tiny_base
from train.tiny_training import settings, tiny_examples, tiny_training

KINDS: dict[str, dict[str, Any]] = {
    "rslora": {"variant": "rslora"},
    "dora": {"variant": "dora"},
    "ranks": {"ranks": {"down_proj": 12, "q_proj": 2}},
    "some layers": {"layers": [1]},
    "quantised": {"quantise": True},
    "quantised dora": {"variant": "dora", "quantise": True},
}
Adapted = Callable[[], PeftModel]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Base:
    folder = tmp_path_factory.mktemp("base")
    return find(str(tiny_base(folder / "base", hidden=64)), folder / "home")


@pytest.fixture(params=KINDS)
def adapted(request: pytest.FixtureRequest, base: Base) -> Adapted:
    asked = dict(KINDS[request.param])
    quantise, layers = asked.pop("quantise", False), asked.pop("layers", None)
    chosen = Lora(rank=8, alpha=16, **asked)
    return lambda: lora.attach(load_decoder(base, quantise=quantise), chosen, seed=0, layers=layers)


def test_it_learns_and_every_weight_moves(adapted: Adapted, tmp_path: Path) -> None:
    model = adapted()
    start, first = fingerprints(model), weights_of(model)
    outcome = tiny_training(tmp_path, model, settings(epochs=4))
    assert outcome.best_loss < 0.7 * outcome.base_loss
    check_adapter(model, start)
    now = weights_of(model)
    assert [name for name in now if torch.equal(now[name], first[name])] == []


def broken_off(calls: int) -> Callable[[nn.Module, Batch], Tensor]:
    """A loss at which the process ends without a word at the given call, with no more than a kill leaves behind."""
    seen = [0]

    def loss(model: nn.Module, batch: Batch) -> Tensor:
        seen[0] += 1
        if seen[0] == calls:
            raise MemoryError
        return token_loss(model, batch)

    return loss


def test_stopped_or_broken_off_it_ends_in_the_same_bits(adapted: Adapted, tmp_path: Path) -> None:
    whole = adapted()
    tiny_training(tmp_path / "whole", whole, settings())
    asked = iter([False] * 3 + [True])
    with pytest.raises(Interrupted):
        tiny_training(tmp_path / "stopped", adapted(), settings(), interrupted=lambda: next(asked))
    with pytest.raises(MemoryError):
        # Validations ask the loss too, but not this one: five calls are within the third step or the fourth.
        tiny_training(tmp_path / "broken", adapted(), settings(), loss=broken_off(9))
    for name in ("stopped", "broken"):
        model = adapted()
        assert tiny_training(tmp_path / name, model, settings()).resumed_at
        found = weights_of(model)
        assert [weight for weight, value in weights_of(whole).items() if not torch.equal(found[weight], value)] == []


def test_shared_tokens_are_computed_once_for_every_kind(adapted: Adapted) -> None:
    batches, why_not = layout_for(adapted().train(), tiny_examples(), 10_000, 0)
    assert why_not is None
    assert isinstance(batches, TreeBatches)


@pytest.mark.parametrize("part", ["lora_B", "lora_magnitude_vector"])
def test_row_9_a_part_of_dora_that_stays_where_it_was_is_caught(part: str, base: Base, tmp_path: Path) -> None:
    model = lora.attach(load_decoder(base), Lora(rank=4, variant="dora"), seed=0)
    for name, weight in trainable(model).items():
        if part in name:
            weight.register_hook(torch.zeros_like)
    with pytest.raises(FinewrightError, match=rf"did not move in the first step \(.*{part}.* and 11 more"):
        tiny_training(tmp_path, model, settings())


def test_a_quantised_base_is_the_same_before_and_after_a_validation(base: Base) -> None:
    """Where the processor can compute in bfloat16, bitsandbytes would turn to it, and cut the gradient off."""
    model = lora.attach(load_decoder(base, quantise=True), Lora(rank=4), seed=0)
    tokens = torch.tensor([[5, 6, 7, 8]])
    first = model.train()(tokens).logits
    with torch.no_grad():
        assert torch.equal(model.eval()(tokens).logits, first)
    again = model.train()(tokens).logits
    assert torch.equal(again, first)
    again.sum().backward()
    assert all(weight.grad is not None for weight in trainable(model).values())
