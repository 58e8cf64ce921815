"""`finewright merge` and recipes about adapters as a person meets them: exit codes, streams, sentences."""

import json
from pathlib import Path

import pytest

from finewright.flows.folder import RunFolder
from finewright.flows.tune import tune
from flows.test_adapters import prepared_in
from support.command import Call
from support.tiny import tiny_base


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_base(tmp_path_factory.mktemp("base") / "tiny", hidden=64)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, base: Path) -> RunFolder:
    folder = tmp_path_factory.mktemp("task")
    made = RunFolder(folder / "run")
    made.root.mkdir()
    tune(prepared_in(folder, base), made, lambda line: None)
    return made


def test_merge_writes_a_model_and_says_how_near_it_is(run: RunFolder, tmp_path: Path, call: Call) -> None:
    done = call("merge", run.root, tmp_path / "model")
    assert done.code == 0
    assert "it answers as base and adapter do, within" in done.err
    assert (tmp_path / "model" / "model.safetensors").is_file()
    document = call("merge", run.root, tmp_path / "other", "--json")
    assert json.loads(document.out)["folder"] == str(tmp_path / "other")


def test_a_merge_onto_the_base_is_two_and_one_sentence(run: RunFolder, base: Path, call: Call) -> None:
    refused = call("merge", run.root, base)
    assert refused.code == 2
    assert "is the folder of the base" in refused.err
    assert refused.err.strip().endswith("; name a new folder.")


def test_what_vllm_refuses_is_said_where_the_recipe_is_shown(tmp_path: Path, call: Call) -> None:
    (tmp_path / "a.csv").write_text("text,label\na,b\n")
    (tmp_path / "r.yaml").write_text("data: {train: a.csv}\ntrain: {lora: {variant: dora}}\n")
    shown = call("recipe", "show", tmp_path / "r.yaml", "--json")
    assert shown.code == 0
    assert "vLLM does not serve DoRA" in shown.err
    assert json.loads(shown.out)["train.lora.variant"]["value"] == "dora"
