"""Row 20 of the silent failures: what vLLM would refuse or answer otherwise is told before it is deployed."""

import json
from pathlib import Path
from typing import Any

import pytest
from peft import LoraConfig, get_peft_model

from finewright.base.errors import RecipeError
from finewright.base.portable import portability
from finewright.base.recipe_file import read_recipe
from finewright.base.recipe_train import Lora
from finewright.model import lora
from finewright.model.hub import Base, find, load_decoder
from finewright.model.quiet import quiet
from support.tiny import tiny_base


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Base:
    return find(str(tiny_base(tmp_path_factory.mktemp("base"))), tmp_path_factory.mktemp("home"))


def stored(base: Base, folder: Path, **settings: Any) -> dict[str, Any]:
    """The configuration that PEFT writes for an adapter with these settings."""
    config = LoraConfig(target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM", **settings)
    with quiet():
        get_peft_model(load_decoder(base), config).save_pretrained(str(folder), save_embedding_layers=False)
    found: dict[str, Any] = json.loads((folder / "adapter_config.json").read_text())
    return found


def test_every_adapter_of_a_recipe_up_to_vllms_own_rank_is_portable(base: Base) -> None:
    for settings in (Lora(), Lora(rank=8), Lora(rank=1, modules=["q_proj", "down_proj"], dropout=0.1)):
        model = lora.attach(load_decoder(base), settings, seed=0)
        assert portability(model.peft_config["default"].to_dict()) == []


@pytest.mark.parametrize(("rank", "flag"), [(17, 32), (24, 32), (64, 64), (300, 320), (321, 512), (512, 512)])
def test_row_20_a_higher_rank_is_told_with_the_flag_it_wants(rank: int, flag: int) -> None:
    (note,) = portability({"r": rank})
    assert note == f"To serve this adapter's rank of {rank}, start vLLM with --max-lora-rank {flag}"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"use_dora": True}, "vLLM does not serve DoRA"),
        ({"bias": "lora_only"}, "vLLM does not serve trained biases"),
        ({"lora_bias": True}, "vLLM does not serve a bias in the adapter"),
        ({"modules_to_save": ["lm_head"]}, "whole modules beside the adapter (modules_to_save)"),
        ({"init_lora_weights": "pissa"}, "the start `pissa` changes the base's own weights"),
        ({"init_lora_weights": "olora"}, "the start `olora` changes the base's own weights"),
        ({"rank_pattern": {"q_proj": 4}}, "ignores `rank_pattern`"),
        ({"alpha_pattern": {"q_proj": 4}}, "ignores `alpha_pattern`"),
        ({"trainable_token_indices": [3]}, "trained tokens beside the adapter"),
    ],
)
def test_row_20_what_vllm_would_not_serve_as_trained_is_told(
    base: Base, tmp_path: Path, settings: dict[str, Any], said: str
) -> None:
    notes = portability(stored(base, tmp_path, **settings))
    assert len(notes) == 1
    assert said in notes[0]


@pytest.mark.parametrize("settings", [{"use_rslora": True}, {"init_lora_weights": "gaussian"}, {"lora_dropout": 0.2}])
def test_what_vllm_serves_is_not_told(base: Base, tmp_path: Path, settings: dict[str, Any]) -> None:
    assert portability(stored(base, tmp_path, **settings)) == []


def test_a_rank_that_vllm_has_no_room_for_is_told() -> None:
    assert portability({"r": 600}) == ["vLLM serves ranks up to 512, and this adapter's is 600"]
    assert "--max-lora-rank 64" in portability({"r": 8, "rank_pattern": {"q_proj": 48}})[-1]


@pytest.mark.parametrize("setting", ["use_dora: true", "bias: all", "modules_to_save: [lm_head]", "init: pissa"])
def test_row_20_a_recipe_cannot_ask_for_them(tmp_path: Path, setting: str) -> None:
    (tmp_path / "a.csv").write_text("text,label\na,b\n")
    recipe = tmp_path / "r.yaml"
    recipe.write_text(f"data: {{train: a.csv}}\ntrain:\n  lora:\n    {setting}\n")
    with pytest.raises(RecipeError, match=r"r\.yaml:4: .* is not a key of train\.lora"):
        read_recipe(recipe)
