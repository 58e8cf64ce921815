"""What vLLM would make of an adapter, told before it is trained or deployed. Knows PEFT's configuration; no weights.

Notes, not faults: PEFT and finewright serve these adapters. What vLLM takes is in its `lora/peft_helper.py` and
`config/lora.py`.
"""

from collections.abc import Mapping
from typing import Any

_RANKS = (8, 16, 32, 64, 128, 256, 320, 512)
_DEFAULT_RANK = 16
_REFUSED = {
    "use_dora": "DoRA",
    "bias": "trained biases",
    "lora_bias": "a bias in the adapter",
    "modules_to_save": "whole modules beside the adapter (modules_to_save)",
    "trainable_token_indices": "trained tokens beside the adapter",
    "layer_replication": "repeated layers",
}
"""PEFT's keys for what vLLM refuses or leaves out, in words."""
_IGNORED = ("rank_pattern", "alpha_pattern")
_MOVES_BASE = ("pissa", "olora", "corda", "loftq", "lora_ga")
"""Starts that change the base's own weights: on the base as published such an adapter answers otherwise."""


def portability(config: Mapping[str, Any]) -> list[str]:
    """A sentence for each thing in PEFT's `config` that keeps vLLM from serving the adapter as it is; mostly none."""
    refused = [words for key, words in _REFUSED.items() if config.get(key) not in (None, False, "none", [], {})]
    notes = [f"vLLM does not serve {words}; PEFT and finewright do" for words in refused]
    ignored = [key for key in _IGNORED if config.get(key)]
    notes += [f"vLLM ignores `{key}` and would answer otherwise than was trained" for key in ignored]
    return [*notes, *_start(config.get("init_lora_weights")), *_rank(config)]


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
