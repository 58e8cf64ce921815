"""Kinds of adapters in PEFT's own words, and a Llama small enough to keep all its gradients: parity's second part.

Knows torch and transformers alone, since the peers' environment, which makes the expected figures, reads it too.
"""

from typing import Any

import torch
from transformers import LlamaConfig, LlamaForCausalLM

RANK = 2
ROW = [1, 5, 9, 3, 3, 14, 7, 2]
MATRICES = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
ADAPTERS: dict[str, dict[str, Any]] = {
    "rslora": {"lora_alpha": 3, "use_rslora": True, "target_modules": "all-linear"},
    "dora": {"lora_alpha": 3, "use_dora": True, "target_modules": "all-linear"},
    "ranks": {
        "lora_alpha": 3,
        "rank_pattern": {"down_proj": 4},
        "alpha_pattern": {"down_proj": 6},
        "target_modules": MATRICES,
    },
    "layers": {
        "lora_alpha": 3,
        "layers_to_transform": [1],
        "layers_pattern": "layers",
        "target_modules": MATRICES,
    },
}


def narrow() -> LlamaForCausalLM:
    """A random Llama of two layers, 8 wide, in fp32; its head is its embeddings."""
    config = LlamaConfig(
        vocab_size=16,
        hidden_size=8,
        intermediate_size=12,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=16,
        initializer_range=0.4,
        tie_word_embeddings=True,
    )
    config._attn_implementation = "sdpa"
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return LlamaForCausalLM(config).eval()
