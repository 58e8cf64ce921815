"""A decoder's key-value cache with room to grow. Knows nothing of tokens, prompts or answers.

transformers' own cache copies every layer whole for every new token: 10 ms a step for 32 rows of 150 tokens and 48 ms
for 32 of 600 on two cores, with 135 million parameters. Here a layer writes new states into a store that was made large
enough, and a row that leaves costs the copy of one row.
"""

import copy
from collections.abc import Sequence
from typing import Any, Self

from torch import Tensor
from transformers import DynamicCache, PreTrainedConfig
from transformers.cache_utils import DynamicLayer, DynamicSlidingWindowLayer

from finewright.base.errors import BaseError

_MORE = 32  # tokens of room that are added where a store was made too small


class RoomyLayer(DynamicLayer):  # type: ignore[misc]  # transformers is untyped
    """One layer's keys and values, each (rows, heads, tokens, width), in a store with room for `capacity` tokens.

    A store that turns out too small is copied into a larger one.
    """

    def __init__(self, capacity: int) -> None:
        super().__init__()
        self.capacity = capacity

    def lazy_initialization(self, key_states: Tensor, value_states: Tensor) -> None:
        """Make the stores, in the shape and kind of the first states."""
        self.dtype, self.device = key_states.dtype, key_states.device
        self._key_store, self._value_store = self._store_for(key_states), self._store_for(value_states)
        self._show(0)
        self.is_initialized = True

    def update(self, key_states: Tensor, value_states: Tensor, *_: Any, **__: Any) -> tuple[Tensor, Tensor]:
        """Write the new states behind the old and return views of all of them."""
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        start, end = self._tokens, self._tokens + key_states.shape[2]
        if end > self.capacity:
            self._hold(self.keys, self.values, end + _MORE)
        self._key_store[:, :, start:end] = key_states
        self._value_store[:, :, start:end] = value_states
        return self._show(end)

    def copied(self, indices: Tensor, capacity: int) -> Self:
        """Another layer, with room for `capacity` tokens, of the rows at `indices`, which may repeat."""
        other = copy.copy(self)
        other._hold(self.keys[indices], self.values[indices], capacity)
        return other

    def keep(self, order: Sequence[int]) -> None:
        """In place: row i becomes the old row `order[i]`, which is i itself or a row past the new end."""
        for row, old in enumerate(order):
            if row != old:
                self.keys[row], self.values[row] = self.keys[old], self.values[old]
        self._key_store, self._value_store = self._key_store[: len(order)], self._value_store[: len(order)]
        self._show(self._tokens)

    def _hold(self, keys: Tensor, values: Tensor, capacity: int) -> None:
        """Make new stores for `capacity` tokens that begin with these."""
        self.capacity = capacity
        self._key_store, self._value_store = self._store_for(keys), self._store_for(values)
        self._show(keys.shape[2])
        self.keys.copy_(keys)
        self.values.copy_(values)

    def _store_for(self, states: Tensor) -> Tensor:
        rows, heads, _, width = states.shape
        return states.new_empty(rows, heads, self.capacity, width)

    def _show(self, tokens: int) -> tuple[Tensor, Tensor]:
        self._tokens = tokens
        self.keys, self.values = self._key_store[:, :, :tokens], self._value_store[:, :, :tokens]
        return self.keys, self.values


def roomy_cache(config: PreTrainedConfig, capacity: int) -> DynamicCache:
    """An empty cache for `config`'s layers; those that attend to everything get room for `capacity` tokens.

    Raises BaseError where a layer keeps something other than keys and values.
    """
    cache = DynamicCache(config=config)
    strange = {type(layer) for layer in cache.layers} - {DynamicLayer, DynamicSlidingWindowLayer}
    if strange:
        raise BaseError(
            f"the base's layers need {min(kind.__name__ for kind in strange)}, which the engine cannot decode with",
            remedy="choose a base whose layers all attend to keys and values",
        )
    cache.layers = [RoomyLayer(capacity) if type(layer) is DynamicLayer else layer for layer in cache.layers]
    return cache


def can_share(cache: DynamicCache) -> bool:
    """Whether padding may stand behind tokens that count: it would throw off a sliding window, which counts places."""
    return all(isinstance(layer, RoomyLayer) for layer in cache.layers)


def keep_rows(cache: DynamicCache, order: Sequence[int], indices: Tensor) -> None:
    """In place: row i becomes the old row `order[i]`, which is i itself or a row past the new end."""
    for layer in cache.layers:
        if isinstance(layer, RoomyLayer):
            layer.keep(order)
        else:
            layer.batch_select_indices(indices)


def copied_rows(cache: DynamicCache, indices: Tensor, capacity: int) -> DynamicCache:
    """Another cache whose row i is a copy of this one's row `indices[i]`, with room for `capacity` tokens.

    Rows may repeat.
    """
    other = copy.copy(cache)
    other.layers = [_copied(layer, indices, capacity) for layer in cache.layers]
    return other


def spread_rows(cache: DynamicCache, indices: Tensor, capacity: int) -> None:
    """In place: row i becomes a copy of the old row `indices[i]`, with room for `capacity` tokens. Rows may repeat.

    Layer by layer, so that no more than one is held in both forms.
    """
    for number, layer in enumerate(cache.layers):
        cache.layers[number] = _copied(layer, indices, capacity)


def _copied(layer: DynamicLayer, indices: Tensor, capacity: int) -> DynamicLayer:
    if isinstance(layer, RoomyLayer):
        return layer.copied(indices, capacity)
    other = copy.copy(layer)
    other.batch_select_indices(indices)
    return other
