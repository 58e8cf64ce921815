"""The budget of a run: the recipe's, the run's own, the one kept before, or one that fits the memory, in this order."""

import json
from pathlib import Path
from typing import Any

import pytest

from finewright.base.recipe_file import read_recipe
from finewright.base.recipe_train import Lora, Train
from finewright.flows import budget
from finewright.flows.budget import fitting, micro_tokens
from finewright.flows.prepare import Prepared, prepare
from finewright.model import cost
from finewright.model.hub import find
from support.tiny import tiny_base

GB = 10**9


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FINEWRIGHT_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def prepared(folder: Path, train: str = "epochs: 1") -> Prepared:
    folder.mkdir(exist_ok=True)
    base = tiny_base(folder / "base")
    rows = [f"letter {number} about cards,{'card' if number % 2 else 'loan'}" for number in range(40)]
    (folder / "rows.csv").write_text("text,label\n" + "\n".join(rows) + "\n")
    recipe = folder / "recipe.yaml"
    recipe.write_text(f"base: {base}\ndata: {{train: rows.csv}}\ntask: {{instruction: Name it.}}\ntrain: {{{train}}}\n")
    return prepare(read_recipe(recipe))


def resolved(folder: Path, value: int | None) -> Path:
    path = folder / "resolved.json"
    path.write_text(json.dumps([{"key": "train.micro_tokens", "value": value, "origin": "x"}]))
    return path


def with_free(monkeypatch: pytest.MonkeyPatch, free: float) -> None:
    monkeypatch.setattr(budget, "memory_free", lambda: int(free))


def test_the_recipe_decides(tmp_path: Path, home: Path) -> None:
    asked = prepared(tmp_path, "micro_tokens: 77")
    assert micro_tokens(asked, resolved(tmp_path, 512)) == 77


def test_a_run_that_is_resumed_keeps_its_own(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_free(monkeypatch, 100 * GB)
    assert micro_tokens(prepared(tmp_path), resolved(tmp_path, 512)) == 512


def test_a_run_that_is_repeated_has_what_the_first_had(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = prepared(tmp_path)
    with_free(monkeypatch, 100 * GB)
    assert micro_tokens(asked, tmp_path / "first.json") == 4096
    with_free(monkeypatch, 0)
    assert micro_tokens(asked, tmp_path / "second.json") == 4096
    assert micro_tokens(asked) == 4096


def test_recomputed_layers_have_a_budget_of_their_own(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_free(monkeypatch, 100 * GB)
    assert micro_tokens(prepared(tmp_path / "one", "gradient_checkpointing: true"), tmp_path / "one.json") == 4096
    with_free(monkeypatch, 0)
    assert micro_tokens(prepared(tmp_path / "two"), tmp_path / "two.json") == 256


def test_asking_alone_keeps_nothing(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = prepared(tmp_path)
    with_free(monkeypatch, 0)
    assert micro_tokens(asked) == 256
    with_free(monkeypatch, 100 * GB)
    assert micro_tokens(asked) == 4096


@pytest.mark.parametrize("change", [{"rank": 64}, {"modules": ["q_proj"]}])
def test_the_budget_fits_the_memory(tmp_path: Path, change: dict[str, Any]) -> None:
    shape = cost.shape_of(find(str(tiny_base(tmp_path / "base")), tmp_path / "home"))
    settings = Train(lora=Lora.model_validate(change))
    for tokens in (512, 1024, 2048):
        needed = cost.training_bytes(shape, settings, tokens)
        assert fitting(shape, settings, 2 * needed) == tokens
        assert fitting(shape, settings, 2 * needed - 2) == tokens // 2


def test_checkpointed_layers_take_less(tmp_path: Path) -> None:
    shape = cost.shape_of(find(str(tiny_base(tmp_path / "base", layers=8)), tmp_path / "home"))
    plain, again = (
        cost.training_bytes(shape, Train(gradient_checkpointing=checkpointed), 100_000)
        for checkpointed in (False, True)
    )
    assert again < plain / 2
