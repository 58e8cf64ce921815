"""The best sequence of tags from scores: Viterbi over the stretches of a text that may hold a name. Knows no word.

Where every tag but the first loses to it by more than `MARGIN`, the first tag ("no name") is taken as settled. That
leaves short stretches between settled tokens, which are independent of each other and are solved side by side.
"""

import numpy as np
from numpy.typing import NDArray

from finewright.privacy.names.network import Floats

MARGIN = 4.0

Tags = NDArray[np.intp]


def decode(scores: Floats, moves: Floats) -> Tags:
    """The tag of each token. scores (T, K), moves (K, K) from a tag to the next; settled tokens have tag 0."""
    tags = np.zeros(len(scores), np.intp)
    open_ = scores[:, 1:].max(axis=1, initial=-np.inf) >= scores[:, 0] - MARGIN
    if not open_.any():
        return tags
    edges = np.flatnonzero(np.diff(open_, prepend=False, append=False))
    starts, lengths = edges[::2], edges[1::2] - edges[::2]
    order = np.argsort(-lengths, kind="stable")
    starts, lengths = starts[order], lengths[order]
    _solve(scores, moves, starts, lengths, tags)
    return tags


def _solve(scores: Floats, moves: Floats, starts: Tags, lengths: Tags, tags: Tags) -> None:
    """Viterbi on all stretches at once, longest first, so that those still running are always the first ones."""
    longest = int(lengths[0])
    alive = np.searchsorted(-lengths, -np.arange(longest), side="left")  # stretches longer than each step
    best = scores[starts] + moves[0]
    came = np.zeros((longest, *best.shape), np.intp)
    for step in range(1, longest):
        left = alive[step]
        paths = best[:left, :, None] + moves  # (stretches, from, to)
        came[step, :left] = paths.argmax(axis=1)
        best[:left] = paths.max(axis=1) + scores[starts[:left] + step]
    tag = (best + moves[:, 0]).argmax(axis=1)
    for step in range(longest - 1, -1, -1):
        left = alive[step]
        tags[starts[:left] + step] = tag[:left]
        tag[:left] = came[step, np.arange(left), tag[:left]]
