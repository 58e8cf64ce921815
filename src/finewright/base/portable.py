"""An adapter's settings as PEFT writes them, and what vLLM would make of it: told before it is trained or deployed.

Knows the recipe's words and PEFT's; no weights. Notes, not faults: PEFT and finewright serve these adapters. What vLLM
takes is in its `lora/peft_helper.py` and `config/lora.py`: one scale for the whole adapter, and whatever rank each
matrix has.
"""

import math
from collections.abc import Mapping
from typing import Any

from finewright.base.recipe import Recipe
from finewright.base.recipe_train import Lora

_RANKS = (8, 16, 32, 64, 128, 256, 320, 512)
_DEFAULT_RANK, _DEFAULT_ALPHA = 16, 8
_REFUSED = {
    "use_dora": "DoRA",
    "bias": "trained biases",
    "lora_bias": "a bias in the adapter",
    "modules_to_save": "whole modules beside the adapter (modules_to_save)",
    "trainable_token_indices": "trained tokens beside the adapter",
    "layer_replication": "repeated layers",
}
"""PEFT's keys for what vLLM refuses or leaves out, in words."""
_MOVES_BASE = ("pissa", "olora", "corda", "loftq", "lora_ga")
"""Starts that change the base's own weights: on the base as published such an adapter answers otherwise."""


def peft_keys(settings: Lora) -> dict[str, Any]:
    """PEFT's keys for these settings, without the names of the matrices.

    The scale of the update is that of `rank` and `alpha` for every matrix: one with a rank of its own gets an alpha of
    its own. So a larger rank is more room and no smaller step, and servers that know one scale serve it as trained.
    """
    root = settings.variant == "rslora"
    return {
        "r": settings.rank,
        "lora_alpha": settings.alpha,
        "lora_dropout": settings.dropout,
        "use_rslora": root,
        "use_dora": settings.variant == "dora",
        "rank_pattern": dict(settings.ranks),
        "alpha_pattern": {
            name: settings.alpha * (math.sqrt(rank / settings.rank) if root else rank / settings.rank)
            for name, rank in settings.ranks.items()
        },
    }


def recipe_notes(recipe: Recipe) -> list[str]:
    """What another server would want to be told of the adapter that a recipe asks for."""
    settings = recipe.train
    if not settings.enabled or settings.method != "lora":
        return []
    return portability(peft_keys(settings.lora))


def portability(config: Mapping[str, Any]) -> list[str]:
    """A sentence for each thing in PEFT's `config` that keeps vLLM from serving the adapter as it is; mostly none."""
    refused = [words for key, words in _REFUSED.items() if config.get(key) not in (None, False, "none", [], {})]
    notes = [f"vLLM does not serve {words}; PEFT and finewright do" for words in refused]
    return [*notes, *_scales(config), *_start(config.get("init_lora_weights")), *_rank(config)]


def _scales(config: Mapping[str, Any]) -> list[str]:
    ranks, alphas = config.get("rank_pattern") or {}, config.get("alpha_pattern") or {}
    usual = config.get("r", _DEFAULT_RANK), config.get("lora_alpha", _DEFAULT_ALPHA)
    power = 0.5 if config.get("use_rslora") else 1.0
    scale = usual[1] / usual[0] ** power
    own = [alphas.get(name, usual[1]) / ranks.get(name, usual[0]) ** power for name in {*ranks, *alphas}]
    if all(math.isclose(one, scale, rel_tol=1e-6) for one in own):
        return []
    named = [key for key, pattern in (("rank_pattern", ranks), ("alpha_pattern", alphas)) if pattern]
    return [
        f"vLLM ignores `{'` and `'.join(named)}`, which scale some matrices otherwise, and would answer otherwise than "
        "was trained"
    ]


def _start(start: Any) -> list[str]:
    if not isinstance(start, str) or not start.lower().startswith(_MOVES_BASE):
        return []
    return [f"vLLM would answer otherwise than was trained: the start `{start}` changes the base's own weights"]


def _rank(config: Mapping[str, Any]) -> list[str]:
    rank = max([int(config.get("r", _DEFAULT_RANK)), *(config.get("rank_pattern") or {}).values()])
    if rank <= _DEFAULT_RANK:
        return []
    allowed = next((one for one in _RANKS if one >= rank), None)
    if allowed is None:
        return [f"vLLM serves ranks up to {_RANKS[-1]}, and this adapter's is {rank}"]
    return [f"To serve this adapter's rank of {rank}, start vLLM with --max-lora-rank {allowed}"]
