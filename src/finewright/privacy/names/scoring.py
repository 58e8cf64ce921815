"""The network computed in whole numbers, so that a word's score hangs on its text alone. Knows no text and no file.

Products of float32 differ in their last bits with how many rows are computed at once, and from machine to machine. Here
values and weights are rounded to whole numbers so small that every sum stays below 2**24: float32 holds each of them
exactly, in whatever order they are added. So many texts at once give what each gives alone.
"""

from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from finewright.privacy.names.network import REACH, Floats, Network

LIMIT = 1 << 10
"""The largest value, as a whole number."""
_SUM = (1 << 24) // LIMIT
STEPS = (1 / 256, 1 / 128, 1 / 32)
"""What one stands for in the embeddings and behind either layer, where the shipped network's largest values are 3, 6
and 21: what is beyond `LIMIT` steps counts as that."""

Places = NDArray[np.intp]


class Scoring:
    """One network, ready to score."""

    def __init__(self, network: Network) -> None:
        largest = np.abs(network.rows).max(axis=0)
        scale = np.where(largest > 0, largest, 1).astype(np.float32) / np.float32(127)
        self._rows, self._scale = np.rint(network.rows / scale), scale / np.float32(STEPS[0])
        self.first = Layer(network.first, network.first_bias, STEPS[0], STEPS[1])
        self.second = Layer(network.second, network.second_bias, STEPS[1], STEPS[2])
        self.last = Layer(network.last, network.last_bias, STEPS[2], 1)

    def embed(self, bags: Sequence[Sequence[int]]) -> Floats:
        """The embeddings of words, each from its features, as whole numbers. (N, E)"""
        begins = np.cumsum([0, *map(len, bags[:-1])])
        flat = np.fromiter(chain.from_iterable(bags), np.intp)
        words: Floats = np.add.reduceat(self._rows[flat], begins, axis=0)
        words *= self._scale
        np.clip(words, -LIMIT, LIMIT, out=words)
        return np.rint(words, out=words)

    def scores(self, words: Floats, breaks: Places) -> Floats:
        """The scores of each tag: of whole numbers (T, E), zero at the breaks, to (T, K).

        breaks  the places, `REACH` together, that part one text from the next
        """
        hidden = _whole(self.first.near(words))
        hidden[breaks] = 0
        return self.last.sums(_whole(self.second.near(hidden)))


class Layer:
    """Weights (D, H) for values in steps of `step`, which gives its sums in steps of `after`.

    Each column has a step of its own, with which the sizes of its whole numbers add up to no more than 2**24 / LIMIT.

    weight  float32 (D, H) of whole numbers; what a sum is worth: times `scale` (H,), and `bias` (H,) more
    """

    def __init__(self, weight: Floats, bias: Floats, step: float, after: float) -> None:
        size = np.abs(weight).sum(axis=0, dtype=np.float64)
        own = np.where(size > 0, size, 1) / (_SUM - len(weight) / 2)
        self.weight = np.rint(weight / own).astype(np.float32)
        self.scale = (own * step / after).astype(np.float32)
        self.bias = (bias / after).astype(np.float32)

    def sums(self, values: Floats) -> Floats:
        """Of each row alone. (T, D) to (T, H)"""
        return self._scaled(values @ self.weight)

    def near(self, values: Floats) -> Floats:
        """Of each row and its neighbours, zeros beyond the ends. (T, D / W) to (T, H)

        One product a neighbour over a slice: faster than copying every row's neighbours side by side.
        """
        count, width = values.shape
        padded = np.zeros((count + 2 * REACH, width), np.float32)
        padded[REACH : REACH + count] = values
        total: Floats = padded[:count] @ self.weight[:width]
        for k in range(1, 2 * REACH + 1):
            total += padded[k : k + count] @ self.weight[k * width : (k + 1) * width]
        return self._scaled(total)

    def _scaled(self, total: Floats) -> Floats:
        total *= self.scale
        total += self.bias
        return total


def _whole(values: Floats) -> Floats:
    """What is above zero, as whole numbers, in place."""
    np.maximum(values, 0, out=values)
    np.minimum(values, LIMIT, out=values)
    return np.rint(values, out=values)
