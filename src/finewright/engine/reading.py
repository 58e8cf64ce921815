"""What a decoder has read so far, for rows side by side: cache, padding and positions. Knows nothing of answers.

What all prompts begin with was read beforehand (`start.py`), and equal prompts are read once and copied; the rest is
padded on its left, so that the rows end together. Padding is told by length, never by token id: many a base pads with
the very token that ends its answers.
"""

import copy
from collections.abc import Sequence
from typing import Self

import torch
from torch import Tensor

from finewright.engine.cache import copied_rows, keep_rows, spread_rows
from finewright.engine.forward import forward
from finewright.engine.start import Start

LOGIT_ROWS = 512  # positions whose logits over the whole vocabulary are held at once
_FILLER = 0  # any token that exists: what stands in padding is masked


class Reading:
    """Rows that begin with `prompts`, with room for `room` more tokens on each.

    `start` is what all prompts begin with. `logits`, (B, last, V), says what follows each of the last tokens of every
    prompt. Behind the prompts a reading either goes on row by row (`read`) or branches (`branch`), not both. Use under
    `torch.inference_mode`.
    """

    def __init__(self, start: Start, prompts: Sequence[Sequence[int]], room: int, last: int = 1) -> None:
        device = start.model.device
        numbers: dict[tuple[int, ...], int] = {}
        rows = [numbers.setdefault(tuple(prompt), len(numbers)) for prompt in prompts]
        width = max(map(len, numbers))
        self._start, self._before = start, start.kept_once
        self._capacity = width - self._before + room
        self._read = len(start.tokens) - self._before
        self._padding = torch.tensor([width - len(prompt) for prompt in numbers], device=device)  # (D,), then (B,)
        places = torch.arange(self._capacity, device=device)
        self._counts = (places < self._read) | (places >= self._read + self._padding[:, None])  # (B, capacity)
        self._cache = start.cache(len(numbers), self._capacity)
        rests = [[_FILLER] * (width - len(prompt)) + list(prompt[len(start.tokens) :]) for prompt in numbers]
        self.logits = self.read(torch.tensor(rests, device=device), last=last)
        self._prompt_end = self._read
        if len(numbers) < len(rows):
            self._spread(rows)

    @property
    def held(self) -> int:
        """Tokens that each row holds, padding included; those kept once for all rows are not counted."""
        return self._read

    @property
    def behind(self) -> int:
        """Places behind the prompts that were read."""
        return self._read - self._prompt_end

    def read(self, tokens: Tensor, *, last: int = 0) -> Tensor:
        """Read (B, T) more tokens; logits (B, T, V) of what follows each, or (B, last, V) of the last few."""
        end = self._read + tokens.shape[1]
        places = torch.arange(self._read, end, device=tokens.device)
        positions = (self._before + places - self._padding[:, None]).clamp(min=0)
        if self._start.prefix is None:
            return self._forward(tokens, positions, self._counts[:, :end], last)
        seen = torch.arange(end, device=tokens.device) <= places[:, None]  # (T, end)
        return self._forward(tokens, positions, self._added(self._counts[:, None, :end] & seen), last)

    def branch(self, tokens: Tensor, depths: Tensor, seen: Tensor) -> Tensor:
        """Read (B, T) tokens that stand at `depths` (B, T) behind their prompts; logits (B, T, V) of what follows each.

        `seen`, (B, T, behind + T), tells which of the places behind its prompt, itself included, each token sees.
        """
        rows, count, _ = seen.shape
        prompt = self._counts[:, None, : self._prompt_end].expand(rows, count, -1)
        first = self._before + self._prompt_end - self._padding  # (B,)
        return self._forward(tokens, first[:, None] + depths, self._added(torch.cat([prompt, seen], dim=2)), 0)

    def keep(self, order: Sequence[int]) -> None:
        """In place: row i becomes the old row `order[i]`, which is i itself or a row past the new end.

        `logits` stay those of the prompts as they were given.
        """
        keep_rows(self._cache, order, self._chosen(order))

    def fork(self, rows: Sequence[int]) -> Self:
        """Another reading whose row i is a copy of this one's row `rows[i]`; rows may repeat."""
        other = copy.copy(self)
        other._cache = copied_rows(self._cache, other._chosen(rows), self._capacity)
        return other

    def _spread(self, rows: Sequence[int]) -> None:
        """In place: row i becomes a copy of the old row `rows[i]`, its logits included."""
        indices = self._chosen(rows)
        spread_rows(self._cache, indices, self._capacity)
        self.logits = self.logits[indices]

    def _forward(self, tokens: Tensor, positions: Tensor, mask: Tensor, last: int) -> Tensor:
        self._read += tokens.shape[1]
        start = self._start
        return forward(start.model, self._cache, tokens, positions, mask, last=last, prefix=start.prefix)

    def _added(self, seen: Tensor) -> Tensor:
        """What is seen (B, T, N), as what is added to the scores (B, 1, T, N). Even padding sees itself: no row of
        weights may be empty."""
        count, end = seen.shape[1:]
        own = torch.eye(count, dtype=torch.bool, device=seen.device)
        seen = seen | torch.nn.functional.pad(own, (end - count, 0))
        added = torch.zeros(seen.shape, dtype=self._start.model.dtype, device=seen.device)
        return added.masked_fill_(~seen, float("-inf"))[:, None]

    def _chosen(self, rows: Sequence[int]) -> Tensor:
        indices = torch.tensor(rows, device=self._counts.device)
        self._counts, self._padding = self._counts[indices], self._padding[indices]
        return indices
