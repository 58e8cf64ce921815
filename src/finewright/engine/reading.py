"""What a decoder has read so far, for rows side by side: cache, padding and positions. Knows nothing of answers.

What all prompts begin with is read once, for one row, and copied; the rest is padded on its left, so that the rows end
together. Padding is told by length, never by token id: many a base pads with the very token that ends its answers.
"""

import copy
from collections.abc import Sequence
from typing import Self

import torch
from torch import Tensor
from transformers import PreTrainedModel

from finewright.engine.cache import can_share, copied_rows, keep_rows, roomy_cache

_FILLER = 0  # any token that exists: what stands in padding is masked
_WORTHWHILE = 4  # fewer shared tokens than this cost more as a reading of their own than they save


class Reading:
    """Rows of tokens that `model` has read, with room for `room` more on each row.

    `logits`, (B, V), says what follows each prompt. Use under `torch.inference_mode`.
    Raises BaseError where a layer of the model keeps something other than keys and values.
    """

    def __init__(self, model: PreTrainedModel, prompts: Sequence[Sequence[int]], room: int) -> None:
        width = max(len(prompt) for prompt in prompts)
        self._model = model
        self._cache = roomy_cache(model.config, width + room)
        self._shared = shared_start(prompts) if can_share(self._cache) else 0
        self._read = 0
        places = torch.arange(width + room, device=model.device)
        if self._shared:
            self._padding = torch.zeros(1, dtype=torch.int64, device=model.device)
            self._mask = torch.ones(1, width + room, dtype=torch.int64, device=model.device)
            self.read(torch.tensor([prompts[0][: self._shared]], device=model.device), last=True)
            self._cache = copied_rows(self._cache, torch.zeros(len(prompts), dtype=torch.int64, device=model.device))
        self._padding = torch.tensor([width - len(prompt) for prompt in prompts], device=model.device)  # (B,)
        padded = (places >= self._shared) & (places < self._shared + self._padding[:, None])
        self._mask = (~padded).long()  # (B, width + room)
        rests = [[_FILLER] * (width - len(prompt)) + list(prompt[self._shared :]) for prompt in prompts]
        self.logits = self.read(torch.tensor(rests, device=model.device), last=True)[:, 0]

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


def shared_start(prompts: Sequence[Sequence[int]]) -> int:
    """How many tokens all prompts begin with, short of each one's last; 0 where too few to be worth a reading apart."""
    first, last = min(map(list, prompts)), max(map(list, prompts))  # what these two share, all between them share
    limit = min(len(prompt) for prompt in prompts) - 1
    shared = next((place for place in range(limit) if first[place] != last[place]), limit)
    return shared if len(prompts) > 1 and shared >= _WORTHWHILE else 0
