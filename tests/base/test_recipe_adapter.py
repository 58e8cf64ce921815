"""Rules between a recipe's keys about adapters, told when it is read, and what is told without being a fault."""

import importlib.util
from pathlib import Path

import pytest

from finewright.base import recipe_adapter
from finewright.base.errors import RecipeError
from finewright.base.recipe_file import read_recipe


def recipe(folder: Path, train: str) -> Path:
    (folder / "a.csv").write_text("text,label\na,b\n")
    (folder / "r.yaml").write_text(f"data: {{train: a.csv}}\ntrain: {{{train}}}\n")
    return folder / "r.yaml"


@pytest.mark.parametrize(
    ("train", "said"),
    [
        (
            "method: full, quantise: nf4",
            "train.quantise: does not go with method: full, for weights in 4 bits are frozen",
        ),
        ("method: full, start: .", "train.start: does not go with method: full"),
        ("start: nowhere", "train.start: there is no folder 'nowhere'"),
        ("start: a.csv", "train.start: there is no folder 'a.csv'"),
        ("lora: {modules: [q_proj], ranks: {v_proj: 4}}", "train.lora.ranks: names v_proj, which gets no adapter"),
        ("lora: {variant: vera}", "train.lora.variant"),
        ("quantise: int2", "train.quantise"),
    ],
)
def test_what_cannot_be_had_is_told_with_its_line(train: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(RecipeError) as found:
        read_recipe(recipe(tmp_path, train))
    assert [str(fault) for fault in found.value.faults if said in str(fault)]
    assert len(found.value.faults) == 1
    assert str(found.value).startswith(f"{tmp_path / 'r.yaml'}:2: ")


@pytest.mark.parametrize(
    "train",
    [
        "quantise: nf4, start: .",
        "lora: {modules: [layers.0.mlp.up_proj], ranks: {up_proj: 4}}",
        "lora: {ranks: {up_proj: 4}}",
        "method: full",
    ],
)
def test_what_can_is_read(train: str, tmp_path: Path) -> None:
    read_recipe(recipe(tmp_path, train))


def test_without_bitsandbytes_a_recipe_cannot_quantise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recipe_adapter, "find_spec", lambda name: None)
    with pytest.raises(
        RecipeError, match=r"needs bitsandbytes, which is not installed; run `pip install bitsandbytes`"
    ):
        read_recipe(recipe(tmp_path, "quantise: nf4"))
    read_recipe(recipe(tmp_path, "epochs: 1"))
    assert importlib.util.find_spec("bitsandbytes")


@pytest.mark.parametrize(
    ("train", "notes"),
    [
        ("epochs: 1", []),
        ("lora: {variant: rslora}", []),
        ("lora: {ranks: {down_proj: 4}}, layers: 2", []),
        ("lora: {variant: dora}", ["vLLM does not serve DoRA; PEFT and finewright do"]),
        ("lora: {ranks: {down_proj: 64}}", ["To serve this adapter's rank of 64, start vLLM with --max-lora-rank 64"]),
        ("method: full, lora: {variant: dora}", []),
        ("enabled: false, lora: {variant: dora}", []),
    ],
)
def test_row_20_what_vllm_would_not_serve_is_told_as_the_recipe_is_read(
    train: str, notes: list[str], tmp_path: Path
) -> None:
    assert read_recipe(recipe(tmp_path, train)).notes == notes
