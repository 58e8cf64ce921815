"""All weights of a decoder, or some layers': which learn, what is saved, what is refused."""

import json
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from finewright.base.errors import AdapterError, FinewrightError, InputError
from finewright.base.recipe_train import Train
from finewright.model import full
from finewright.model.hub import Base, find, load_decoder
from finewright.model.manifest import Manifest, write_manifest
from support.tiny import tiny_base


@pytest.fixture
def base(tmp_path: Path) -> Base:
    return find(str(tiny_base(tmp_path / "base", layers=3)), tmp_path / "home")


def manifest(base: Base) -> Manifest:
    return Manifest(base.name, base.public_id, base.digests, "", "", {}, {}, "", {}, {})


def test_without_layers_every_weight_learns_and_with_them_theirs_alone(base: Base) -> None:
    assert all(weight.requires_grad for weight in full.unfreeze(load_decoder(base), Train()).parameters())
    for asked, wanted in ((1, {2}), (2, {1, 2}), ([0, 2], {0, 2}), ([1, 1], {1})):
        model = full.unfreeze(load_decoder(base), Train(layers=asked))
        learning = {name for name, weight in model.named_parameters() if weight.requires_grad}
        assert learning == {
            name for name, _ in model.named_parameters() if any(f"layers.{number}." in name for number in wanted)
        }


@pytest.mark.parametrize("asked", [4, [3], [0, 7], []])
def test_layers_that_the_base_does_not_have_are_told(base: Base, asked: int | list[int]) -> None:
    with pytest.raises(InputError, match="the base has 3 layers"):
        full.unfreeze(load_decoder(base), Train(layers=asked))


def test_the_saved_folder_is_a_model_for_transformers_and_for_finewright(base: Base, tmp_path: Path) -> None:
    model = load_decoder(base)
    with torch.no_grad():
        model.get_input_embeddings().weight[3] += 1.0
    full.save(model, tmp_path / "model", base)
    write_manifest(tmp_path / "model", manifest(base))
    ids = torch.tensor([[1, 3, 5, 7]])
    plain = AutoModelForCausalLM.from_pretrained(tmp_path / "model")
    assert torch.equal(plain(ids).logits, model(ids).logits)
    assert torch.equal(full.load(tmp_path / "model", base)(ids).logits, model(ids).logits)
    again = find(str(tmp_path / "model"), tmp_path / "home")
    assert (again.digests.tokenizer, again.digests.template) == (base.digests.tokenizer, base.digests.template)
    assert again.digests.weights != base.digests.weights
    assert AutoTokenizer.from_pretrained(tmp_path / "model").chat_template


def test_a_model_made_from_another_base_is_refused(base: Base, tmp_path: Path) -> None:
    other = find(str(tiny_base(tmp_path / "other", seed=1)), tmp_path / "home")
    full.save(load_decoder(other), tmp_path / "model", other)
    write_manifest(tmp_path / "model", manifest(other))
    with pytest.raises(AdapterError, match="was made from another base"):
        full.load(tmp_path / "model", base)


def test_pickles_and_a_missing_manifest_are_refused(base: Base, tmp_path: Path) -> None:
    full.save(load_decoder(base), tmp_path / "model", base)
    with pytest.raises(AdapterError, match=r"has no finewright\.json"):
        full.check(tmp_path / "model", base)
    write_manifest(tmp_path / "model", manifest(base))
    (tmp_path / "model" / "pytorch_model.bin").write_bytes(b"")
    with pytest.raises(AdapterError, match="pickle"):
        full.check(tmp_path / "model", base)


def test_weights_that_are_not_finite_are_not_saved(base: Base, tmp_path: Path) -> None:
    model = load_decoder(base)
    with torch.no_grad():
        next(model.parameters())[0] = float("nan")
    with pytest.raises(FinewrightError, match="not finite"):
        full.save(model, tmp_path / "model", base)
    assert not (tmp_path / "model").exists()


def test_the_configuration_names_no_path_of_this_machine(base: Base, tmp_path: Path) -> None:
    full.save(load_decoder(base), tmp_path / "model", base)
    config = json.loads((tmp_path / "model" / "config.json").read_text())
    assert str(tmp_path) not in json.dumps(config)
