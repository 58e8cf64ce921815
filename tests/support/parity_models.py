"""Tiny random decoders of several families, and examples that share beginnings: what parity is checked on.

Knows torch and transformers alone, since the peers' environment, which makes the expected figures, reads it too.
"""

from typing import Any

import torch
from transformers import (
    Gemma2Config,
    Gemma2ForCausalLM,
    GemmaConfig,
    GemmaForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
    PreTrainedModel,
    Qwen3Config,
    Qwen3ForCausalLM,
)

VOCABULARY, PAD = 64, 0
SIZES: dict[str, Any] = {
    "vocab_size": VOCABULARY,
    "hidden_size": 16,
    "intermediate_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "max_position_embeddings": 64,
    "initializer_range": 0.4,
    "pad_token_id": PAD,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
FAMILIES: dict[str, tuple[type[PreTrainedModel], type[Any], dict[str, Any]]] = {
    "llama": (LlamaForCausalLM, LlamaConfig, {"tie_word_embeddings": True}),
    "qwen3": (Qwen3ForCausalLM, Qwen3Config, {}),
    "mistral-window": (MistralForCausalLM, MistralConfig, {"sliding_window": 6}),
    "gemma-shared-keys": (GemmaForCausalLM, GemmaConfig, {"num_key_value_heads": 1}),
    "gemma2-softcap": (
        Gemma2ForCausalLM,
        Gemma2Config,
        # Caps so low that leaving one out is far outside the tolerance, and a window on every other layer.
        {
            "attn_logit_softcapping": 2.0,
            "final_logit_softcapping": 3.0,
            "sliding_window": 6,
            "query_pre_attn_scalar": 8,
        },
    ),
}
RANK, ALPHA = 4, 8


def decoder(family: str, seed: int = 0) -> PreTrainedModel:
    """A random decoder of the family, in fp32 with attention by `sdpa` (`eager` where it caps attention's scores)."""
    architecture, configuration, changes = FAMILIES[family]
    config = configuration(**SIZES | changes)
    config._attn_implementation = "eager" if "attn_logit_softcapping" in changes else "sdpa"
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return architecture(config).eval()


def examples() -> list[tuple[list[int], list[int]]]:
    """Tokens and marks of what is supervised: shared beginnings of several lengths, a duplicate, one that is the
    beginning of another, one of two tokens, one supervised in two places, and some that share nothing."""
    draw = torch.Generator().manual_seed(0)

    def some(count: int) -> list[int]:
        return torch.randint(3, VOCABULARY, (count,), generator=draw).tolist()

    opening, branch = [1, *some(9)], some(5)
    answers = [some(3) for _ in range(4)]
    return [
        *(_row(opening + some(2), answer) for answer in answers[:2]),
        *(_row(opening + branch + some(1), answer) for answer in answers[2:]),
        _row(opening + branch, [*answers[0], 2]),
        _row(opening + branch, [*answers[0], 2]),
        _row(opening + branch, answers[0]),
        _row(opening[:4], [2]),
        _row([7], [8]),
        (opening + branch + some(4), [0] * 10 + [1] * 3 + [0] * 3 + [1] * 3),
        _row([5, *some(12)], some(6)),
        _row([6, *some(3)], some(1)),
    ]


def _row(prompt: list[int], answer: list[int]) -> tuple[list[int], list[int]]:
    return prompt + answer, [0] * len(prompt) + [1] * len(answer)
