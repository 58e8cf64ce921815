"""Kinds of adapters through the real tuning of a tiny base: quantised, gone on from another, merged into a model."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import bitsandbytes
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, AutoTokenizer

from finewright.base.errors import AdapterError, BaseError, FinewrightError, InputError
from finewright.base.files import read_json, write_jsonl
from finewright.base.recipe_file import read_recipe
from finewright.flows import merge as merging
from finewright.flows.folder import RunFolder
from finewright.flows.merge import merge
from finewright.flows.predict import predict
from finewright.flows.prepare import Prepared, prepare
from finewright.flows.tune import tune
from finewright.model import full, lora
from finewright.model.hub import find, load_decoder
from finewright.model.manifest import read_manifest
from finewright.train import loop
from support.tiny import tiny_base


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_base(tmp_path_factory.mktemp("base") / "tiny", hidden=64)


def prepared_in(folder: Path, base: Path, train: str = "") -> Prepared:
    folder.mkdir(exist_ok=True)
    words = {"invoice": "bill due", "delivery": "parcel late", "password": "login reset"}
    rows = [f"case {n} {words[label]} {n * 7919 % 1000:03d},{label}" for n in range(10) for label in words]
    (folder / "mail.csv").write_text("\n".join(["text,label", *rows]) + "\n")
    recipe = folder / "mail.yaml"
    recipe.write_text(
        f"base: {base}\ndata: {{train: mail.csv}}\nsplit: {{near: 1.0}}\n"
        f"train: {{epochs: 1, batch: 8, threads: 1, evaluations: 1, learning_rate: 0.01{train}}}\n"
    )
    return prepare(read_recipe(recipe))


def tuned(folder: Path, base: Path, train: str = "") -> RunFolder:
    """A run folder with its adapter and its validation rows."""
    prepared = prepared_in(folder, base, train)
    run = RunFolder(folder / "run")
    run.root.mkdir(exist_ok=True)
    run.card.parent.mkdir(exist_ok=True)
    write_jsonl(run.part("validation"), map(asdict, prepared.parts.validation))
    tune(prepared, run, lambda line: None)
    return run


KINDS = {
    "lora": "",
    "rslora": ", lora: {variant: rslora, rank: 8, ranks: {down_proj: 12}}",
    "dora": ", lora: {variant: dora, rank: 8}",
    "layers": ", layers: 1",
    "quantised": ", quantise: nf4",
    "quantised dora": ", quantise: nf4, lora: {variant: dora}",
}


@pytest.mark.parametrize("train", KINDS.values(), ids=KINDS)
def test_every_kind_is_tuned_checked_merged_and_served(train: str, tmp_path: Path, base: Path) -> None:
    run = tuned(tmp_path, base, train)
    said: list[str] = []
    done = merge(run.root, tmp_path / "merged", said.append)
    assert (done.texts, done.apart < 1e-4) == (4, True)
    assert [line for line in said if "4 bits" in line] == said
    assert bool(said) == ("quantise" in train)
    texts = ["case 3 bill due 757", "parcel late"]
    assert list(predict(tmp_path / "merged", texts)) == list(predict(run.root, texts))


def test_the_merged_folder_is_a_plain_model_and_a_base(tmp_path: Path, base: Path) -> None:
    run = tuned(tmp_path, base)
    merge(run.adapter, tmp_path / "merged", lambda line: None)
    plain = AutoModelForCausalLM.from_pretrained(tmp_path / "merged")
    here = find(str(base))
    tokens = torch.tensor([[5, 6, 7, 8]])
    adapted = lora.load(load_decoder(here), run.adapter, here, "x")
    torch.testing.assert_close(plain(tokens).logits, adapted(tokens).logits)
    assert not torch.allclose(plain(tokens).logits, load_decoder(here)(tokens).logits, atol=1e-3)
    assert AutoTokenizer.from_pretrained(tmp_path / "merged").chat_template
    assert str(tmp_path) not in (tmp_path / "merged" / "config.json").read_text()
    prepared = prepared_in(tmp_path / "next", tmp_path / "merged")
    assert prepared.base.digests.weights != here.digests.weights
    assert prepared.base.digests.tokenizer == here.digests.tokenizer


def test_an_adapter_without_its_run_is_held_against_the_task_s_own_words(tmp_path: Path, base: Path) -> None:
    run = tuned(tmp_path, base)
    alone = run.adapter.rename(tmp_path / "alone")
    done = merge(alone, tmp_path / "merged", lambda line: None)
    assert done.texts == 1
    assert done.tokens > 5


def test_a_merge_that_answers_otherwise_leaves_nothing(
    tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, save = tuned(tmp_path, base), full.save

    def faulty(model: Any, folder: Path, of: Any) -> None:
        with torch.no_grad():
            model.model.layers[0].mlp.down_proj.weight.mul_(1.05)
        save(model, folder, of)

    monkeypatch.setattr(merging.full, "save", faulty)
    before = sorted(path.name for path in tmp_path.iterdir())
    with pytest.raises(FinewrightError, match="does not answer as base and adapter do"):
        merge(run.root, tmp_path / "merged", lambda line: None)
    assert sorted(path.name for path in tmp_path.iterdir()) == before


@pytest.mark.parametrize("inside", [".", "merged"])
def test_a_merge_onto_its_own_base_is_refused(inside: str, tmp_path: Path) -> None:
    base = tiny_base(tmp_path / "base", hidden=64)
    run = tuned(tmp_path, base)
    link = tmp_path / "link"
    link.symlink_to(base)
    digests = find(str(base)).digests
    for name in (base, link):
        with pytest.raises(InputError, match=r"is the folder of the base .* itself"):
            merge(run.root, name / inside, lambda line: None)
    assert find(str(base)).digests == digests
    assert not (base / "merged").exists()


def test_a_folder_with_something_in_it_a_file_and_a_model_are_refused(tmp_path: Path, base: Path) -> None:
    run = tuned(tmp_path, base)
    for name in (run.root, tmp_path / "mail.csv"):
        with pytest.raises(InputError, match="exists and is not empty"):
            merge(run.root, name, lambda line: None)
    (tmp_path / "empty").mkdir()
    merge(run.root, tmp_path / "empty", lambda line: None)
    with pytest.raises(AdapterError, match="with nothing to merge"):
        merge(tmp_path / "empty", tmp_path / "other", lambda line: None)


def test_a_base_that_is_stored_in_fewer_bits_is_refused(tmp_path: Path, base: Path) -> None:
    own = tiny_base(tmp_path / "base", hidden=64)
    run = tuned(tmp_path, own)
    config = json.loads((own / "config.json").read_text())
    config["quantization_config"] = {"quant_method": "bitsandbytes", "load_in_4bit": True}
    (own / "config.json").write_text(json.dumps(config))
    with pytest.raises(BaseError, match="stored in fewer bits"):
        merge(run.root, tmp_path / "merged", lambda line: None)
    assert not (tmp_path / "merged").exists()


def started(folder: Path, base: Path, first: RunFolder, more: str = "") -> RunFolder:
    return tuned(folder, base, f", start: {first.root}{more}")


@pytest.mark.parametrize("kind", ["lora", "rslora", "dora", "layers", "quantised"])
def test_training_goes_on_from_an_adapter(kind: str, tmp_path: Path, base: Path) -> None:
    first = tuned(tmp_path / "first", base, KINDS[kind])
    second = started(tmp_path / "second", base, first, KINDS[kind])
    was, told = read_json(first.training), read_json(second.training)
    assert told["base_loss"] == pytest.approx(was["best_loss"], rel=1e-4)
    assert told["best_loss"] < was["best_loss"]
    manifest = read_manifest(second.adapter)
    assert manifest.recipe["train"]["start"] == lora.adapter_digest(first.adapter)


def test_the_run_s_digest_covers_the_adapter_and_not_its_place(tmp_path: Path, base: Path) -> None:
    first = tuned(tmp_path / "first", base)
    here = prepared_in(tmp_path / "second", base, f", start: {first.adapter}").digest
    moved = first.adapter.rename(tmp_path / "moved")
    assert prepared_in(tmp_path / "second", base, f", start: {moved}").digest == here
    assert prepared_in(tmp_path / "second", base).digest != here
    weights = load_file(moved / "adapter_model.safetensors")
    save_file({name: 2 * weight for name, weight in weights.items()}, moved / "adapter_model.safetensors")
    assert prepared_in(tmp_path / "second", base, f", start: {moved}").digest != here


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("lora: {rank: 8}", r"train\.lora\.rank\); go on with its own: variant: lora, rank: 16, alpha: 32"),
        ("lora: {variant: dora}", r"train\.lora\.variant\)"),
        ("lora: {variant: rslora, alpha: 8}", r"train\.lora\.variant, train\.lora\.alpha\)"),
        ("lora: {ranks: {q_proj: 4}}", r"train\.lora\.ranks\)"),
    ],
)
def test_an_adapter_of_other_settings_is_refused_before_data_is_read(
    settings: str, said: str, tmp_path: Path, base: Path
) -> None:
    first = tuned(tmp_path / "first", base)
    (tmp_path / "second").mkdir()
    (tmp_path / "second" / "mail.csv").write_text("not\0read")
    recipe = tmp_path / "second" / "mail.yaml"
    recipe.write_text(f"base: {base}\ndata: {{train: mail.csv}}\ntrain: {{start: ../first/run, {settings}}}\n")
    with pytest.raises(AdapterError, match=said):
        prepare(read_recipe(recipe))
    assert first.training.exists()


@pytest.mark.parametrize("more", [", layers: 1", ", lora: {modules: [q_proj]}"])
def test_an_adapter_of_other_matrices_is_refused(more: str, tmp_path: Path, base: Path) -> None:
    first = tuned(tmp_path / "first", base)
    with pytest.raises(AdapterError, match=r"is not for the same matrices as the recipe's \(base_model.* and \d+ more"):
        started(tmp_path / "second", base, first, more)
    assert not (tmp_path / "second" / "run" / "adapter").exists()


def test_an_adapter_of_another_base_or_none_is_refused(tmp_path: Path, base: Path) -> None:
    first = tuned(tmp_path / "first", base)
    with pytest.raises(AdapterError, match="was trained on another base"):
        prepared_in(tmp_path / "second", tiny_base(tmp_path / "other", hidden=64, seed=1), f", start: {first.root}")
    with pytest.raises(AdapterError, match="there is no adapter to go on from here"):
        prepared_in(tmp_path / "second", base, f", start: {tmp_path}")


def test_quantised_training_is_resumed_to_the_same_bits(tmp_path: Path, base: Path) -> None:
    whole = tuned(tmp_path / "whole", base, ", quantise: nf4")
    moved, calls = loop.check_moved, []

    def killed(*given: Any) -> None:
        moved(*given)
        calls.append(given)
        raise MemoryError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "check_moved", killed)
        with pytest.raises(MemoryError):
            tuned(tmp_path / "again", base, ", quantise: nf4")
    again = tuned(tmp_path / "again", base, ", quantise: nf4")
    assert lora.adapter_digest(again.adapter) == lora.adapter_digest(whole.adapter)
    assert len(calls) == 1


def test_a_machine_that_cannot_quantise_says_so_before_data_is_read(
    tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bitsandbytes, "supported_torch_devices", {"cuda"})
    with pytest.raises(InputError, match="cannot quantise on the device `cpu`"):
        prepared_in(tmp_path, base, ", quantise: nf4")
