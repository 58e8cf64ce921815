"""Vectors of texts that several arms read: each text is embedded once, however often it is asked for."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from finewright.base.protocols import Embed


def remembering(embed: Embed) -> Embed:
    """`embed` with a memory of every text that it was given, which lasts as long as the function returned."""
    known: dict[str, NDArray[np.float32]] = {}

    def vectors(texts: Sequence[str]) -> NDArray[np.float32]:
        new = list(dict.fromkeys(text for text in texts if text not in known))
        if new:
            known.update(zip(new, embed(new), strict=True))
        return np.stack([known[text] for text in texts])

    return vectors
