"""The tagger's network: what gives each token and tag a score, from the token and its neighbours. Knows no text and no
file, and not how scores are computed (see scoring.py).

Two layers, each over the token and `REACH` neighbours on both sides, so a score hangs on `2 * REACH` tokens around it;
the embedding of a word is the sum of its features' rows, computed once a word.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

KINDS = ("person", "company", "address", "place")
TAGS = ("O", *(f"{part}-{kind}" for kind in KINDS for part in "BI"))
REACH = 2

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Network:
    """Weights. E: width of an embedding, H: of a layer, W = 2 * REACH + 1 tokens, K tags.

    table  the lists of names (see gazetteer.py)
    rows   float32 (ROWS, E) one row a feature
    first  float32 (W * E, H) and its bias (H,)
    second float32 (W * H, H) and its bias (H,)
    last   float32 (H, K) and its bias (K,)
    moves  float32 (K, K) what a tag after a tag adds
    """

    table: bytes
    rows: Floats
    first: Floats
    first_bias: Floats
    second: Floats
    second_bias: Floats
    last: Floats
    last_bias: Floats
    moves: Floats
