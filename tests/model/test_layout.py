"""When a token tree is used, and that it is not where it would be wrong."""

from typing import Any

import pytest
import torch
from torch import Tensor
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

from finewright.base.recipe_train import Lora
from finewright.model import attention, lora
from finewright.model.batch import Example
from finewright.model.layout import differs, layout_for, telling_examples, unsuited
from finewright.model.padded import PaddedBatches
from finewright.model.tree import Tree, TreeBatches
from model.test_attention import adapted, speaking
from support.parity_models import decoder


@pytest.mark.parametrize("family", ["llama", "qwen3", "mistral-window", "gemma-shared-keys"])
def test_where_it_is_the_same_trees_are_used(family: str) -> None:
    batches, reason = layout_for(adapted(family), speaking(0), 100, 0)
    assert isinstance(batches, TreeBatches)
    assert reason is None


def test_capped_scores_fall_back_and_say_so() -> None:
    batches, reason = layout_for(adapted("gemma2-softcap"), speaking(0), 100, 0)
    assert isinstance(batches, PaddedBatches)
    assert reason == "the base asks for attention with softcap"


def test_dropout_falls_back_and_says_so() -> None:
    model = lora.attach(decoder("llama"), Lora(rank=4, dropout=0.1), seed=0)
    assert unsuited(model) == "dropout draws for each example apart"
    assert isinstance(layout_for(model, speaking(0), 100, 0)[0], PaddedBatches)


def test_dropout_in_the_base_s_attention_is_refused_by_name() -> None:
    model = adapted("llama")
    for layer in model.get_decoder().layers:
        layer.self_attn.attention_dropout = 0.1
    reason = layout_for(model, speaking(0), 100, 0)[1]
    assert reason == "the base asks for attention with dropout"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"layer_types": ["linear_attention", "full_attention"]}, "another kind than attention"),
        ({"alibi": True}, "positions from outside"),
        ({"output_router_logits": True}, "experts' load"),
    ],
)
def test_other_architectures_fall_back_by_their_configuration(change: dict[str, Any], said: str) -> None:
    model = adapted("llama")
    for key, value in change.items():
        setattr(model.get_decoder().config, key, value)
    assert said in str(unsuited(model))


def test_a_recurrent_base_falls_back() -> None:
    from transformers import MambaConfig, MambaForCausalLM

    model = MambaForCausalLM(MambaConfig(vocab_size=64, hidden_size=16, num_hidden_layers=1, state_size=4))
    assert unsuited(model) is not None


def blurred(query: Tensor, key: Tensor, value: Tensor, tree: Tree, scale: float, window: int | None) -> Tensor:
    """An attention that is wrong by a little: half as sharp."""
    return attention.dense(query, key, value, tree, scale / 2, window)


def test_an_attention_that_is_wrong_is_seen_on_two_examples(monkeypatch: pytest.MonkeyPatch) -> None:
    """Row 8 of the silent failures."""
    model = adapted("llama")
    assert differs(model, speaking(0), 0) is None
    monkeypatch.setattr(attention, "choose", lambda device, window: blurred)
    batches, reason = layout_for(model, speaking(0), 100, 0)
    assert isinstance(batches, PaddedBatches)
    assert "differs from the plain computation" in str(reason)


class Forgetful(torch.autograd.Function):
    """Right forwards; backwards no key gets its gradient."""

    @staticmethod
    def forward(_context: Any, value: Tensor) -> Tensor:
        return value.clone()

    @staticmethod
    def backward(_context: Any, gradient: Tensor) -> Tensor:
        return torch.zeros_like(gradient)


def test_a_gradient_that_is_wrong_is_seen_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(query: Tensor, key: Tensor, *rest: Any) -> Tensor:
        forgotten: Tensor = Forgetful.apply(key)  # type: ignore[no-untyped-call]
        return attention.dense(query, forgotten, *rest)

    monkeypatch.setattr(attention, "choose", lambda device, window: forgetful)
    assert "gradients by" in str(layout_for(adapted("llama"), speaking(0), 100, 0)[1])


def test_the_examples_looked_at_have_several_pieces_to_merge() -> None:
    short = [Example(f"r{n}", (1, 2, 3, 4, 5, 10 + n, *range(20, 34)), (False,) * 19 + (True,)) for n in range(40)]
    (batch,) = TreeBatches(10**6)(telling_examples(short))
    parts = batch.inputs["tree"].parts
    assert any(node.end > node.stop for node in parts.trunk)
    assert parts.tiles


def test_a_window_that_layers_keep_to_themselves_falls_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some bases apply their window in the mask alone, which a tree's attention never sees."""
    model = adapted("mistral-window")
    whole = attention.tree_attention

    def deaf(*given: Any, sliding_window: int | None = None, **named: Any) -> Any:
        return whole(*given, **named)

    assert layout_for(model, speaking(0), 100, 0)[1] is None
    monkeypatch.setitem(ALL_ATTENTION_FUNCTIONS._global_mapping, attention.NAME, deaf)
    assert layout_for(model, speaking(0), 100, 0)[1] == "the base keeps its sliding window to itself"


def test_a_base_that_stumbles_falls_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def stumbling(*_: Any) -> Tensor:
        raise RuntimeError("heads of another width")

    monkeypatch.setattr(attention, "choose", lambda device, window: stumbling)
    reason = layout_for(adapted("llama"), speaking(0), 100, 0)[1]
    assert reason == "the base does not take a tree (heads of another width)"


def test_positions_that_hang_on_the_longest_row_fall_back() -> None:
    model = adapted("llama")
    model.get_decoder().config.rope_parameters = {"rope_type": "dynamic", "rope_theta": 1e4, "factor": 2.0}
    assert "longest example" in str(unsuited(model))


def test_a_weight_that_no_example_reaches_is_left_to_the_first_step() -> None:
    model = adapted("llama")
    model.register_parameter("idle", torch.nn.Parameter(torch.zeros(3)))
    assert layout_for(model, speaking(0), 100, 0)[1] is None


def test_the_check_leaves_no_gradient_and_the_model_as_it_was() -> None:
    model = adapted("llama")
    layout_for(model, speaking(0), 100, 0)
    assert model.training
    assert all(weight.grad is None for weight in model.parameters())
    assert model.get_decoder().config._attn_implementation == "sdpa"
