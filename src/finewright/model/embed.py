"""Texts to vectors with a frozen encoder: mean over the tokens, scaled to length one. Knows no task.

As sentence-transformers' all-MiniLM-L6-v2: at most 256 tokens, mean pooling over the attention mask, L2 norm.
"""

from collections.abc import Sequence

import numpy as np
import torch

from finewright.base.progress import progress
from finewright.base.protocols import Embed
from finewright.model.encoder import encoded, encoder_layout, load_encoder
from finewright.model.hub import Base
from finewright.model.texts import Texts

_LONGEST = 256
_BATCH_TOKENS = 4096


def embedder(base: Base) -> Embed:
    """A function from N texts to an (N, D) float32 array of unit vectors. Raises BaseError for a decoder."""
    model = load_encoder(base).requires_grad_(False)
    known = Texts.of(base, min(_LONGEST, base.context))

    @torch.inference_mode()
    def embed(texts: Sequence[str]) -> np.ndarray:
        examples = [known.example(f"{place:012}", text) for place, text in enumerate(texts)]
        vectors = np.empty((len(texts), model.config.hidden_size), np.float32)
        batches, _ = encoder_layout(model, examples, _BATCH_TOKENS)
        with progress("Embedding", len(texts), "texts") as advance:
            for batch in batches(examples):
                found = torch.nn.functional.normalize(encoded(model, batch, "mean"), dim=-1)  # (n, D)
                vectors[[int(name) for name in batch.ids]] = found.numpy()
                advance(len(batch.ids))
        return vectors

    return embed
