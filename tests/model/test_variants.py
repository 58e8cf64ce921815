"""Every kind of adapter beside the same one made by PEFT alone: outputs, gradients, and what is saved."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from torch import Tensor, nn
from transformers import AutoModelForCausalLM, BertConfig, BertModel

from finewright.base.errors import BaseError, InputError
from finewright.base.portable import portability
from finewright.base.recipe_train import Lora
from finewright.model import lora
from finewright.model.fused import FusedLinear
from finewright.model.hub import Base, find, load_decoder
from finewright.model.lean import LeanGated
from finewright.model.quiet import quiet
from support.parity_models import decoder
from support.tiny import tiny_base

TOKENS = torch.tensor([[5, 6, 7, 8, 9], [9, 7, 5, 3, 4]])
ALL = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
KINDS: dict[str, tuple[Lora, Any, dict[str, Any]]] = {
    "lora": (Lora(rank=4, alpha=8), None, {"lora_alpha": 8, "target_modules": "all-linear"}),
    "rslora": (
        Lora(rank=4, alpha=8, variant="rslora"),
        None,
        {"lora_alpha": 8, "use_rslora": True, "target_modules": "all-linear"},
    ),
    "dora": (
        Lora(rank=4, alpha=8, variant="dora"),
        None,
        {"lora_alpha": 8, "use_dora": True, "target_modules": "all-linear"},
    ),
    # 6 / 4 of the alpha with 6 / 4 of the rank: the scale stays 2.
    "ranks": (
        Lora(rank=4, alpha=8, ranks={"down_proj": 6}),
        None,
        {"lora_alpha": 8, "rank_pattern": {"down_proj": 6}, "alpha_pattern": {"down_proj": 12}, "target_modules": ALL},
    ),
    # The scale is alpha over the root of the rank: 8 / sqrt(4) = 4, and 16 / sqrt(16) = 4.
    "rslora ranks": (
        Lora(rank=4, alpha=8, variant="rslora", ranks={"layers.1.mlp.up_proj": 16}),
        None,
        {
            "lora_alpha": 8,
            "use_rslora": True,
            "rank_pattern": {"layers.1.mlp.up_proj": 16},
            "alpha_pattern": {"layers.1.mlp.up_proj": 16},
            "target_modules": ALL,
        },
    ),
    "top layer": (
        Lora(rank=4, alpha=8),
        1,
        {"lora_alpha": 8, "layers_to_transform": [1], "layers_pattern": "layers", "target_modules": ALL},
    ),
    "one module of a layer": (
        Lora(rank=4, alpha=8, modules=["down_proj"], variant="dora"),
        [0],
        {
            "lora_alpha": 8,
            "use_dora": True,
            "layers_to_transform": [0],
            "layers_pattern": "layers",
            "target_modules": ["down_proj"],
        },
    ),
}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def moved(model: PeftModel) -> PeftModel:
    """With weights as after training: B not zero, magnitudes not those of the base."""
    draw = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "lora_" in name:
                weight.add_(0.2 * torch.randn(weight.shape, generator=draw))
    return model


def ours(kind: str, model: Any) -> PeftModel:
    settings, layers, _ = KINDS[kind]
    return moved(lora.attach(model, settings, seed=3, layers=layers))


def theirs(kind: str, model: Any) -> PeftModel:
    config = LoraConfig(r=4, lora_dropout=0.0, task_type="CAUSAL_LM", **KINDS[kind][2])
    with torch.random.fork_rng(devices=[]), quiet():
        torch.manual_seed(3)
        return moved(get_peft_model(model, config))


def learned(model: PeftModel) -> Iterator[tuple[str, Tensor]]:
    logits = model.train()(TOKENS).logits
    weights = {name: weight for name, weight in model.named_parameters() if weight.requires_grad}
    yield "logits", logits.detach()
    yield from zip(weights, torch.autograd.grad(logits.sin().sum(), list(weights.values())), strict=True)


@pytest.mark.parametrize("family", ["llama", "qwen3"])
def test_it_is_peft_s_in_output_and_all_gradients(kind: str, family: str) -> None:
    found, wanted = dict(learned(ours(kind, decoder(family)))), dict(learned(theirs(kind, decoder(family))))
    assert list(found) == list(wanted)
    for name, value in wanted.items():
        assert float((found[name] - value).norm()) <= 1e-5 * float(value.norm()), name


def test_saved_it_is_the_same_to_peft_alone(kind: str, tmp_path: Path) -> None:
    base = find(str(tiny_base(tmp_path / "base")), tmp_path / "home")
    model = ours(kind, load_decoder(base))
    lora.save(model, tmp_path / "adapter", base)
    plain = AutoModelForCausalLM.from_pretrained(base.folder, dtype=torch.float32)
    with quiet():
        again = PeftModel.from_pretrained(plain, str(tmp_path / "adapter")).eval()
    torch.testing.assert_close(again(TOKENS).logits, model.eval()(TOKENS).logits)
    first = (tmp_path / "adapter" / "adapter_config.json").read_bytes()
    lora.save(ours(kind, load_decoder(base)), tmp_path / "adapter", base)
    assert (tmp_path / "adapter" / "adapter_config.json").read_bytes() == first


def test_merged_and_taken_out_again(kind: str) -> None:
    model = ours(kind, decoder("llama")).eval()
    wanted, before = model(TOKENS).logits, {name: one.clone() for name, one in model.state_dict().items()}
    model.merge_adapter()
    torch.testing.assert_close(model(TOKENS).logits, wanted, rtol=1e-4, atol=1e-4)
    model.unmerge_adapter()
    for name, weight in model.state_dict().items():
        torch.testing.assert_close(weight, before[name], rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(model(TOKENS).logits, wanted, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("layers", "wanted"), [(None, {0, 1, 2}), (1, {2}), (2, {1, 2}), ([0], {0}), ([2, 0, 2], {0, 2}), (3, {0, 1, 2})]
)
def test_the_chosen_layers_alone_get_adapters(layers: Any, wanted: set[int], tmp_path: Path) -> None:
    base = find(str(tiny_base(tmp_path / "base", layers=3)), tmp_path / "home")
    model = lora.attach(load_decoder(base), Lora(rank=2), seed=0, layers=layers)
    learning = [name for name, weight in model.named_parameters() if weight.requires_grad]
    assert {int(name.split(".layers.")[1].split(".")[0]) for name in learning} == wanted
    assert len(learning) == 14 * len(wanted)


@pytest.mark.parametrize("layers", [4, [3], [0, 7], []])
def test_layers_that_the_base_does_not_have_are_told(layers: Any, tmp_path: Path) -> None:
    base = find(str(tiny_base(tmp_path / "base", layers=3)), tmp_path / "home")
    with pytest.raises(InputError, match=r"the base has 3 layers, and `layers` asks for"):
        lora.attach(load_decoder(base), Lora(rank=2), seed=0, layers=layers)


def test_a_base_without_a_list_of_layers_takes_all_or_says_so() -> None:
    model = decoder("llama")
    model.config.num_hidden_layers = 7
    with pytest.raises(BaseError, match="layers are not one list"):
        lora.attach(model, Lora(rank=2), seed=0, layers=1)
    assert lora.attach(model, Lora(rank=2), seed=0)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"ranks": {"query": 4}}, r"names query, which gets no adapter; name some of: down_proj, gate_proj"),
        ({"ranks": {"up_proj": 4}, "modules": ["q_proj"]}, "names up_proj, which gets no adapter"),
        ({"ranks": {"layers.0.mlp.up_proj": 4}}, r"names layers\.0\.mlp\.up_proj, which gets no adapter"),
        ({"ranks": {"up_proj": 4, "mlp.up_proj": 8}}, "two ranks, as up_proj and as mlp.up_proj"),
        ({"ranks": {"proj": 4}}, "names proj, which gets no adapter"),
    ],
)
def test_ranks_that_would_be_passed_over_are_told(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        lora.attach(decoder("llama"), Lora(**settings), seed=0, layers=[1])


def test_an_encoder_s_pooler_and_embeddings_get_none() -> None:
    sizes = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
    model = lora.attach(
        BertModel(BertConfig(vocab_size=32, **sizes)), Lora(rank=2), seed=0, task_type="FEATURE_EXTRACTION"
    )
    learning = [name for name, weight in model.named_parameters() if weight.requires_grad]
    assert len(learning) == 2 * 6 * 2
    assert all(".encoder.layer." in name for name in learning)


def test_every_rank_has_one_scale_so_that_a_server_with_one_answers_as_trained() -> None:
    for kind in ("ranks", "rslora ranks"):
        model = ours(kind, decoder("llama"))
        scales = {module.scaling["default"] for module in model.modules() if isinstance(module, FusedLinear)}
        assert len(scales) == 1
        assert portability(model.peft_config["default"].to_dict()) == []


def test_a_block_is_not_replaced_where_its_last_matrix_has_no_adapter() -> None:
    """Gemma's blocks look like Llama's and are not: compared without the adapter's product, they would pass."""
    model = lora.attach(decoder("gemma-shared-keys"), Lora(rank=2), seed=0, layers=[1])
    assert not any(isinstance(module, LeanGated) for module in model.modules())
    model = lora.attach(decoder("llama"), Lora(rank=2), seed=0, layers=[1])
    kept: list[nn.Module] = [layer.mlp for layer in model.get_decoder().layers]
    assert [isinstance(module, LeanGated) for module in kept] == [False, True]


def test_the_base_in_4_bits_takes_a_fraction_of_the_memory_and_computes_nearly_the_same(tmp_path: Path) -> None:
    base: Base = find(str(tiny_base(tmp_path / "base", hidden=128)), tmp_path / "home")
    whole, small = load_decoder(base), load_decoder(base, quantise=True)
    held = [_bytes(one.get_decoder().layers) for one in (whole, small)]
    # 4 bits a weight, and for each 64 weights a scale in 8 bits and 1 / 256 of one in 32: 4.127 bits of 32.
    assert held[1] / held[0] == pytest.approx(4.127 / 32, rel=0.05)
    assert torch.equal(small.lm_head.weight, whole.lm_head.weight)
    logits = [one(TOKENS).logits.detach() for one in (whole, small)]
    assert not torch.equal(*logits)
    assert float((logits[0] - logits[1]).norm() / logits[0].norm()) < 0.5
    again = load_decoder(base, quantise=True)
    assert torch.equal(again(TOKENS).logits, logits[1])


def _bytes(layers: nn.Module) -> int:
    size = 0
    for weight in layers.parameters():
        state = getattr(weight, "quant_state", None)
        held = [weight, state.absmax, state.state2.absmax] if state else [weight]
        size += sum(one.numel() * one.element_size() for one in held)
    return size
