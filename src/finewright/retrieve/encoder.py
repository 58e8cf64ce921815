"""A base that embeds, with the digests that say which vectors are its own. Loads nothing until it is asked to embed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from finewright.base.protocols import Embed

if TYPE_CHECKING:
    from finewright.model.hub import Base


@dataclass(frozen=True, slots=True)
class Encoder:
    """`base` is the combined digest of the base called `name`, `adapter` that of an adapter on it, None for the bare
    base; `embed` gives unit vectors."""

    name: str
    base: str
    adapter: str | None
    embed: Embed


def encoder(base: "Base") -> Encoder:
    """The bare base as an encoder. Raises BaseError, when first used, where it is no embedding base."""

    @cache
    def loaded() -> Embed:
        # Seconds to import, which a search by words need not pay.
        from finewright.model.embed import embedder

        return embedder(base)

    def embed(texts: Sequence[str]) -> NDArray[np.float32]:
        return loaded()(texts)

    return Encoder(base.name, base.digests.combined, None, embed)
