"""Tiny random trunks under heads, and texts with answers: what parity of heads is checked on.

Knows torch and transformers alone, since the peers' environment, which makes the expected figures, reads it too.
"""

import torch
from torch import nn
from transformers import BertConfig, BertModel, LlamaConfig, LlamaForCausalLM, LlamaForSequenceClassification

VOCABULARY, PAD, LABELS, WIDTH = 48, 0, 3, 8
CLASSES = [0, 1, 2, 1, 0, 0, 2, 0]
HELD = [[1, 0, 0], [0, 1, 1], [0, 0, 0], [1, 1, 1], [0, 1, 0], [1, 0, 0], [0, 0, 1], [1, 0, 1]]
CLASS_WEIGHTS = [0.5, 2.0, 1.25]


def texts() -> list[list[int]]:
    """Token lists of several lengths: shared beginnings, two the same with different answers, one of a single token,
    some of equal length that share nothing."""
    draw = torch.Generator().manual_seed(0)

    def some(count: int) -> list[int]:
        return torch.randint(3, VOCABULARY, (count,), generator=draw).tolist()

    opening = [1, *some(6)]
    same = opening + some(3)
    return [opening + some(2), same, same, [7], some(9), some(9), opening, some(17)]


def encoder() -> BertModel:
    """A random two-layer BERT, its dropout off."""
    return _drawn(
        BertModel,
        BertConfig(
            vocab_size=VOCABULARY,
            hidden_size=WIDTH,
            intermediate_size=2 * WIDTH,
            num_hidden_layers=2,
            num_attention_heads=2,
            max_position_embeddings=24,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
            initializer_range=0.4,
            pad_token_id=PAD,
        ),
    )


def decoder() -> LlamaForSequenceClassification:
    """A random two-layer Llama with transformers' own head."""
    return _drawn(LlamaForSequenceClassification, _llama())


def bare_decoder() -> LlamaForCausalLM:
    """The same trunk as a language model, as a base of ours is."""
    return _drawn(LlamaForCausalLM, _llama())


def linear() -> nn.Linear:
    """A random head."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        return nn.Linear(WIDTH, LABELS)


def _llama() -> LlamaConfig:
    return LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=WIDTH,
        intermediate_size=2 * WIDTH,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=24,
        initializer_range=0.4,
        tie_word_embeddings=True,
        pad_token_id=PAD,
        num_labels=LABELS,
    )


def _drawn(architecture, config):  # type: ignore[no-untyped-def]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return architecture(config).eval()
