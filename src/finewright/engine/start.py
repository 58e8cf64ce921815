"""What all prompts of a call begin with, read once. Knows nothing of batches and answers.

Where the start is long and the model allows it, the start's keys are kept once for all rows (`prefix.py`); otherwise
each batch gets them copied into its rows.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from transformers import DynamicCache, PreTrainedModel

from finewright.engine.cache import can_share, copied_rows, roomy_cache
from finewright.engine.forward import forward
from finewright.engine.prefix import Prefix, Refused

_WORTHWHILE = 4  # fewer shared tokens than this cost more as a reading of their own than they save
_APART = 64  # fewer than this are as quick to copy and attend to in every row as to attend to apart and merge
_TOLERANCE = 1e-3  # between logits, of their largest: ten times what rounding was seen to do


class Start:
    """The tokens that all `prompts` begin with, read by `model`; none where they share few, or its layers look back
    only so far.

    Raises BaseError where a layer of the model keeps something other than keys and values.
    """

    def __init__(self, model: PreTrainedModel, prompts: Sequence[Sequence[int]]) -> None:
        self.model = model
        count = shared_start(prompts) if can_share(roomy_cache(model.config, 0)) else 0
        self.tokens = list(prompts[0][:count])
        self._cache = roomy_cache(model.config, count)
        self._prefix: Prefix | None = None
        if count:
            with torch.inference_mode():
                self._read()

    @property
    def prefix(self) -> Prefix | None:
        """The start as rows attend to it, where it is kept once for all of them; None where it is copied."""
        return self._prefix

    @property
    def kept_once(self) -> int:
        """How many tokens of each prompt are not held by its row."""
        return 0 if self._prefix is None else len(self.tokens)

    def cache(self, rows: int, capacity: int) -> DynamicCache:
        """A cache for `rows` rows with room for `capacity` tokens, those of the start included where it is copied."""
        if self._prefix is not None or not self.tokens:
            return roomy_cache(self.model.config, capacity)
        return copied_rows(self._cache, torch.zeros(rows, dtype=torch.int64, device=self.model.device), capacity)

    def _read(self) -> None:
        tokens = torch.tensor([self.tokens], device=self.model.device)
        places = torch.arange(len(self.tokens), device=self.model.device)[None]
        logits = forward(self.model, self._cache, tokens, places, None, last=1)
        if len(self.tokens) >= _APART and _is_plain(self.model) and self._is_same_apart(tokens, logits):
            self._prefix = self._prefix_of(len(self.tokens))

    def _is_same_apart(self, tokens: Tensor, logits: Tensor) -> bool:
        """Whether the start's last token, read behind the others kept apart, gives the `logits` that it gave."""
        last = len(self.tokens) - 1
        cache, seen = roomy_cache(self.model.config, 1), torch.zeros(1, 1, 1, 1)
        try:
            apart = forward(
                self.model, cache, tokens[:, last:], torch.tensor([[last]]), seen, prefix=self._prefix_of(last)
            )
        except Refused:
            return False
        return bool((apart - logits).abs().max() <= _TOLERANCE * logits.abs().max())

    def _prefix_of(self, tokens: int) -> Prefix:
        return Prefix([(layer.keys[:, :, :tokens], layer.values[:, :, :tokens]) for layer in self._cache.layers])


def shared_start(prompts: Sequence[Sequence[int]]) -> int:
    """How many tokens all prompts begin with, short of each one's last; 0 where too few to be worth a reading apart."""
    first, last = min(map(list, prompts)), max(map(list, prompts))  # what these two share, all between them share
    limit = min(len(prompt) for prompt in prompts) - 1
    shared = next((place for place in range(limit) if first[place] != last[place]), limit)
    return shared if len(prompts) > 1 and shared >= _WORTHWHILE else 0


def _is_plain(model: PreTrainedModel) -> bool:
    """Whether attention to parts was made for such a model: on a CPU, in fp32, over an attention that can be chosen."""
    return model.device.type == "cpu" and model.dtype == torch.float32 and bool(model._supports_attention_backend)
