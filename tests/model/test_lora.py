"""Adapters on disk: whole, plain PEFT, safe to open, and bound to their base."""

import json

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file, save_file
from torch import nn
from transformers import AutoModelForCausalLM

from finewright.base.errors import AdapterError, FinewrightError, InputError, StorageError
from finewright.base.recipe_train import Lora
from finewright.model import lora
from finewright.model.hub import find, load_decoder
from finewright.model.manifest import FILE, Manifest, read_manifest, write_manifest
from support.tiny import tiny_base

TOKENS = torch.tensor([[5, 6, 7, 8]])


@pytest.fixture
def base(tmp_path):
    return find(str(tiny_base(tmp_path / "base")), tmp_path / "home")


def trained(base, seed=0):
    """An adapter that changes something, as after training."""
    model = lora.attach(load_decoder(base), Lora(rank=4), seed=seed)
    draw = torch.Generator().manual_seed(seed)
    for name, weight in model.named_parameters():
        if "lora_B" in name:
            nn.init.normal_(weight, std=0.2, generator=draw)
    return model.eval()


def starts(model):
    """The adapter's random half, by name."""
    return {name: weight for name, weight in model.named_parameters() if "lora_A" in name}


def stored(base, folder, seed=0):
    model = trained(base, seed)
    lora.save(model, folder, base)
    write_manifest(folder, Manifest(base.name, base.public_id, base.digests, "d", "r", {}, {}, "p", {}, {}))
    return model


def test_a_new_adapter_changes_nothing_and_hangs_on_its_seed_alone(base):
    torch.manual_seed(3)
    before = torch.random.get_rng_state()
    first = lora.attach(load_decoder(base), Lora(rank=4), seed=1)
    assert torch.equal(torch.random.get_rng_state(), before)
    second = lora.attach(load_decoder(base), Lora(rank=4), seed=1)
    other = lora.attach(load_decoder(base), Lora(rank=4), seed=2)
    weights = [starts(one) for one in (first, second, other)]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])
    assert not all(torch.equal(weights[0][name], weights[2][name]) for name in weights[0])
    torch.testing.assert_close(first.eval()(TOKENS).logits, load_decoder(base)(TOKENS).logits)
    assert not any("lm_head" in name for name in weights[0])


@pytest.mark.filterwarnings("ignore::FutureWarning:transformers")  # PEFT calls transformers by a name on its way out
def test_peft_alone_gives_the_same_logits(base, tmp_path):
    model = stored(base, tmp_path / "adapter")
    plain = PeftModel.from_pretrained(
        AutoModelForCausalLM.from_pretrained(base.folder, dtype=torch.float32), str(tmp_path / "adapter")
    ).eval()
    torch.testing.assert_close(plain(TOKENS).logits, model(TOKENS).logits)
    assert not torch.allclose(plain(TOKENS).logits, load_decoder(base)(TOKENS).logits, atol=1e-3)


def test_several_adapters_stand_side_by_side_on_one_base(base, tmp_path):
    models = [stored(base, tmp_path / f"a{seed}", seed) for seed in (1, 2)]
    serving = lora.load(load_decoder(base), tmp_path / "a1", base, "one")
    serving = lora.load(serving, tmp_path / "a2", base, "two")
    for name, model in zip(("one", "two"), models, strict=True):
        serving.set_adapter(name)
        torch.testing.assert_close(serving(TOKENS).logits, model(TOKENS).logits)


def test_the_folder_is_plain_and_says_no_path(base, tmp_path):
    stored(base, tmp_path / "adapter")
    assert {path.name for path in (tmp_path / "adapter").iterdir()} == {
        "adapter_config.json",
        "adapter_model.safetensors",
        FILE,
    }
    config = json.loads((tmp_path / "adapter" / "adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == base.public_id
    assert str(tmp_path) not in (tmp_path / "adapter" / "adapter_config.json").read_text()


def test_the_same_adapter_has_the_same_digest_and_results_do_not_change_it(base, tmp_path):
    for name in ("first", "second"):
        stored(base, tmp_path / name)
    digests = {lora.adapter_digest(tmp_path / name) for name in ("first", "second")}
    assert len(digests) == 1
    write_manifest(tmp_path / "first", Manifest("b", "p", base.digests, "d", "r", {}, {}, "p", {}, {"accuracy": 1}))
    assert lora.adapter_digest(tmp_path / "first") in digests
    stored(base, tmp_path / "third", seed=5)
    assert lora.adapter_digest(tmp_path / "third") not in digests


def test_an_adapter_for_another_base_is_refused(base, tmp_path):
    stored(base, tmp_path / "adapter")
    other = find(str(tiny_base(tmp_path / "other", seed=1)), tmp_path / "home")
    with pytest.raises(AdapterError, match="was trained on another base"):
        lora.load(load_decoder(other), tmp_path / "adapter", other, "x")


def test_a_base_with_another_template_is_another_base(base, tmp_path):
    other = find(str(tiny_base(tmp_path / "other", template="{{ messages[0].content }}!")), tmp_path / "home")
    assert other.digests.weights == base.digests.weights
    assert other.digests.combined != base.digests.combined


def test_a_pickle_is_refused_before_it_is_opened(base, tmp_path):
    stored(base, tmp_path / "adapter")
    (tmp_path / "adapter" / "adapter_model.bin").write_bytes(b"cos\nsystem\n(S'false'\ntR.")
    with pytest.raises(AdapterError, match=r"adapter_model\.bin: is a pickle"):
        lora.check(tmp_path / "adapter", base)


def test_torn_weights_are_refused(base, tmp_path):
    stored(base, tmp_path / "adapter")
    weights = tmp_path / "adapter" / "adapter_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(AdapterError, match=r"adapter_model\.safetensors: is no readable"):
        lora.check(tmp_path / "adapter", base)


def test_weights_that_are_not_finite_are_neither_saved_nor_loaded(base, tmp_path):
    model = stored(base, tmp_path / "adapter")
    weights = load_file(tmp_path / "adapter" / "adapter_model.safetensors")
    first = next(iter(weights))
    save_file(
        weights | {first: torch.full_like(weights[first], torch.nan)},
        tmp_path / "adapter" / "adapter_model.safetensors",
    )
    with pytest.raises(AdapterError, match="not finite"):
        lora.check(tmp_path / "adapter", base)
    next(weight for name, weight in model.named_parameters() if "lora_A" in name).data.fill_(torch.inf)
    with pytest.raises(FinewrightError, match="not finite"):
        lora.save(model, tmp_path / "other", base)
    assert not (tmp_path / "other").exists()


def test_an_adapter_without_a_manifest_or_with_a_damaged_one_is_refused(base, tmp_path):
    stored(base, tmp_path / "adapter")
    manifest = tmp_path / "adapter" / FILE
    value = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(value | {"format": 99}))
    with pytest.raises(AdapterError, match="damaged or of an unknown format"):
        read_manifest(tmp_path / "adapter")
    for wrong in ({"digests": {"weights": "x"}}, {"recipe": [1]}, {"surplus": 1}):
        manifest.write_text(json.dumps(value | wrong))
        with pytest.raises(AdapterError, match="damaged"):
            read_manifest(tmp_path / "adapter")
    manifest.write_text("{")
    with pytest.raises(AdapterError, match="damaged"):
        read_manifest(tmp_path / "adapter")
    manifest.unlink()
    with pytest.raises(AdapterError, match=r"has no finewright\.json"):
        lora.check(tmp_path / "adapter", base)


@pytest.mark.parametrize("modules", [["query"], ["q_proj", "query"]])
def test_modules_that_the_base_lacks_are_named_with_those_it_has(base, modules):
    with pytest.raises(InputError, match=r"no matrix called query;.* down_proj, gate_proj"):
        lora.attach(load_decoder(base), Lora(modules=modules), seed=0)


@pytest.mark.parametrize("modules", ["lm_head", "embed_tokens"])
def test_head_and_embeddings_get_no_adapter(base, modules):
    with pytest.raises(InputError, match="no matrix called"):
        lora.attach(load_decoder(base), Lora(modules=[modules]), seed=0)


def test_an_adapter_that_lacks_a_matrix_is_refused(base, tmp_path):
    stored(base, tmp_path / "adapter")
    weights = load_file(tmp_path / "adapter" / "adapter_model.safetensors")
    weights.pop(sorted(weights)[0])
    save_file(weights, tmp_path / "adapter" / "adapter_model.safetensors")
    with pytest.raises(AdapterError, match="not those that its configuration describes"):
        lora.load(load_decoder(base), tmp_path / "adapter", base, "x")


@pytest.mark.parametrize("text", ["{", '{"peft_type": "LORA", "r": 2, "target_modules": ["q_proj"]}'])
def test_a_configuration_that_does_not_fit_the_weights_is_refused(base, tmp_path, text):
    stored(base, tmp_path / "adapter")
    (tmp_path / "adapter" / "adapter_config.json").write_text(text)
    with pytest.raises(AdapterError, match="not those that its configuration describes"):
        lora.load(load_decoder(base), tmp_path / "adapter", base, "x")


def test_a_loaded_adapter_is_fp32_and_not_trainable(base, tmp_path):
    stored(base, tmp_path / "adapter")
    model = lora.load(load_decoder(base), tmp_path / "adapter", base, "x")
    assert {weight.dtype for weight in model.parameters()} == {torch.float32}
    assert not any(weight.requires_grad for weight in model.parameters())


def test_merged_and_unmerged_agree(base):
    model = trained(base)
    logits = model(TOKENS).logits
    merged = model.merge_and_unload()
    assert torch.allclose(merged(TOKENS).logits, logits, atol=1e-4)


def test_saving_again_replaces_the_whole_folder(base, tmp_path):
    model = stored(base, tmp_path / "adapter")
    lora.save(model, tmp_path / "adapter", base)
    assert sorted(path.name for path in (tmp_path / "adapter").iterdir()) == [
        "adapter_config.json",
        "adapter_model.safetensors",
    ]


def test_a_full_disk_leaves_the_adapter_that_was_there(base, tmp_path, little_room):
    model = stored(base, tmp_path / "adapter")
    before = lora.adapter_digest(tmp_path / "adapter")
    with little_room(1000), pytest.raises(StorageError, match="could not be written"):
        lora.save(model, tmp_path / "adapter", base)
    assert lora.adapter_digest(tmp_path / "adapter") == before
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]
