"""The arithmetic of cost against the model itself."""

from torch import nn
from transformers import GPT2Config, GPT2LMHeadModel

from finewright.base.recipe_train import Lora, Train
from finewright.model import cost
from finewright.model.full import unfreeze
from finewright.model.hub import find, load_decoder
from finewright.model.lora import attach
from support.tiny import tiny_base


def test_weights_are_counted_as_the_model_has_them(tmp_path):
    base = find(str(tiny_base(tmp_path / "base", layers=3)), tmp_path / "home")
    shape, model = cost.shape_of(base), load_decoder(base)
    linear = [module.weight.numel() for name, module in model.named_modules() if isinstance(module, nn.Linear)]
    assert shape.block_weights == sum(linear) - model.get_output_embeddings().weight.numel()
    assert shape.parameters == sum(weight.numel() for weight in model.parameters())


def test_the_adapter_is_as_large_as_said(tmp_path):
    base = find(str(tiny_base(tmp_path / "base")), tmp_path / "home")
    shape = cost.shape_of(base)
    for settings in (Lora(rank=4), Lora(rank=2, modules=["q_proj", "down_proj"])):
        model = attach(load_decoder(base), settings, seed=0)
        added = sum(weight.numel() for weight in model.parameters() if weight.requires_grad)
        assert cost.adapter_weights(shape, settings) == added
        assert cost.trained_bytes(shape, Train(lora=settings)) == 4 * added


def test_all_weights_or_those_of_some_layers_are_counted_as_they_learn(tmp_path):
    base = find(str(tiny_base(tmp_path / "base", layers=3)), tmp_path / "home")
    shape = cost.shape_of(base)
    every, top = Train(method="full"), Train(method="full", layers=1)
    assert cost.trained_weights(shape, every) == count_learning(unfreeze(load_decoder(base), every))
    norms = 2 * shape.hidden  # two a layer, which the linear layers' count leaves out
    assert cost.trained_weights(shape, top) + norms == count_learning(unfreeze(load_decoder(base), top))
    assert cost.training_flops(shape, Train(layers=1)) < cost.training_flops(shape, Train())
    assert cost.training_flops(shape, top) < cost.training_flops(shape, every)
    assert cost.training_bytes(shape, every, 512) > cost.training_bytes(shape, Train(), 512)


def count_learning(model):
    return sum(weight.numel() for weight in model.parameters() if weight.requires_grad)


def test_cost_rises_with_what_is_asked(tmp_path):
    shape = cost.shape_of(find(str(tiny_base(tmp_path / "base")), tmp_path / "home"))
    assert cost.training_flops(shape, Train()) > 2 * cost.reading_flops(shape)
    assert cost.writing_flops(shape) > cost.reading_flops(shape)
    assert cost.training_bytes(shape, Train(), 2048) > cost.training_bytes(shape, Train(), 1024)
    assert cost.serving_bytes(shape, 8192) > cost.serving_bytes(shape, 1024)


def test_a_base_of_another_make_is_counted_too_high_rather_than_not_at_all(tmp_path):
    folder = tiny_base(tmp_path / "base")
    (folder / "model.safetensors").unlink()
    GPT2LMHeadModel(GPT2Config(n_embd=32, n_layer=2, n_head=4, n_positions=64, vocab_size=400)).save_pretrained(folder)
    base = find(str(folder), tmp_path / "home")
    shape = cost.shape_of(base)
    assert (base.context, shape.layers, shape.hidden, shape.inner, shape.kv) == (64, 2, 32, 128, 32)
    model = attach(load_decoder(base), Lora(), seed=0)
    assert cost.adapter_weights(shape, Lora()) >= sum(one.numel() for one in model.parameters() if one.requires_grad)
