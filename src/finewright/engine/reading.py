"""What a decoder has read so far, for rows side by side: cache, padding and positions. Knows nothing of answers.

Rows are padded on the left, and padding is told by length, never by token id: many a base pads with the very token
that ends its answers.
"""

import copy
from collections.abc import Sequence
from typing import Self

import torch
from torch import Tensor
from transformers import PreTrainedModel

from finewright.engine.cache import copied_rows, keep_rows, roomy_cache

_FILLER = 0  # any token that exists: what stands in padding is masked


class Reading:
    """Rows of tokens that `model` has read, with room for `room` more on each row.

    `logits`, (B, V), says what follows each prompt. Use under `torch.inference_mode`.
    Raises BaseError where a layer of the model keeps something other than keys and values.
    """

    def __init__(self, model: PreTrainedModel, prompts: Sequence[Sequence[int]], room: int) -> None:
        width = max(len(prompt) for prompt in prompts)
        padding = torch.tensor([width - len(prompt) for prompt in prompts], device=model.device)  # (B,)
        places = torch.arange(width + room, device=model.device)
        self._model = model
        self._cache = roomy_cache(model.config, width + room)
        self._mask = (places >= padding[:, None]).long()  # (B, width + room)
        self._padding = padding
        self._read = 0
        filled = [[_FILLER] * (width - len(prompt)) + list(prompt) for prompt in prompts]
        self.logits = self.read(torch.tensor(filled, device=model.device), last=True)[:, 0]

    def read(self, tokens: Tensor, *, last: bool = False) -> Tensor:
        """Read (B, T) more tokens; logits (B, T, V) of what follows each, or (B, 1, V) of what follows the last."""
        start, self._read = self._read, self._read + tokens.shape[1]
        places = torch.arange(start, self._read, device=tokens.device)
        logits: Tensor = self._model(
            input_ids=tokens,
            attention_mask=self._mask[:, : self._read],
            position_ids=(places - self._padding[:, None]).clamp(min=0),
            past_key_values=self._cache,
            use_cache=True,
            logits_to_keep=int(last),
        ).logits
        return logits

    def keep(self, order: Sequence[int]) -> None:
        """In place: row i becomes the old row `order[i]`, which is i itself or a row past the new end."""
        rows = self._chosen(order)
        keep_rows(self._cache, order, rows)

    def fork(self, rows: Sequence[int]) -> Self:
        """Another reading whose row i is a copy of this one's row `rows[i]`; rows may repeat."""
        other = copy.copy(self)
        other._cache = copied_rows(self._cache, other._chosen(rows))
        return other

    def _chosen(self, rows: Sequence[int]) -> Tensor:
        indices = torch.tensor(rows, device=self._mask.device)
        self._mask, self._padding, self.logits = self._mask[indices], self._padding[indices], self.logits[indices]
        return indices
