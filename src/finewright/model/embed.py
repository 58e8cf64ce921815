"""Texts to vectors with a frozen encoder: mean over the tokens, scaled to length one. Knows no task.

As sentence-transformers' all-MiniLM-L6-v2: at most 256 tokens, mean pooling over the attention mask, L2 norm.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from transformers import AutoModel

from finewright.base.errors import BaseError
from finewright.base.progress import progress
from finewright.base.protocols import Embed
from finewright.model.hub import Base, load_tokenizer
from finewright.model.quiet import quiet

_LONGEST = 256
_BATCH_TOKENS = 4096


def embedder(base: Base) -> Embed:
    """A function from N texts to an (N, D) float32 array of unit vectors. Raises BaseError for a decoder."""
    if base.kind != "encoder":
        raise BaseError(f"`{base.name}` is no embedding base", remedy="choose one, such as minilm-l6")
    with quiet():
        model = AutoModel.from_pretrained(
            base.folder, dtype=torch.float32, use_safetensors=True, local_files_only=True, trust_remote_code=False
        ).eval()
    tokenizer = load_tokenizer(base)
    longest = min(_LONGEST, base.context)

    def embed(texts: Sequence[str]) -> np.ndarray:
        tokens = [tokenizer(text, truncation=True, max_length=longest)["input_ids"] for text in texts]
        vectors = np.empty((len(texts), model.config.hidden_size), np.float32)
        with progress("Embedding", len(texts), "texts") as advance:
            for places in _batches([len(one) for one in tokens]):
                vectors[places] = _pooled(model, [tokens[place] for place in places])
                advance(len(places))
        return vectors

    return embed


def _batches(sizes: list[int]) -> Iterator[list[int]]:
    """Places of texts of like length, as many as fit the budget when padded to the longest."""
    batch: list[int] = []
    for place in sorted(range(len(sizes)), key=lambda place: (sizes[place], place)):
        if batch and (len(batch) + 1) * sizes[place] > _BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch


@torch.inference_mode()
def _pooled(model: Any, tokens: list[list[int]]) -> np.ndarray:
    """Unit vectors (n, D) of n texts."""
    longest = max(map(len, tokens))
    ids = torch.zeros(len(tokens), longest, dtype=torch.int64)  # (n, T)
    mask = torch.zeros_like(ids)  # (n, T)
    for row, one in enumerate(tokens):
        ids[row, : len(one)] = torch.tensor(one)
        mask[row, : len(one)] = 1
    states = model(input_ids=ids, attention_mask=mask).last_hidden_state  # (n, T, D)
    weights = mask[..., None].to(states.dtype)  # (n, T, 1)
    mean = (states * weights).sum(1) / weights.sum(1)  # (n, D)
    return torch.nn.functional.normalize(mean, dim=-1).numpy()
