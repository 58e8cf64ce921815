"""A corpus to an index, taking from an earlier one what did not change. Knows no files."""

from collections.abc import Sequence

import numpy as np

from finewright.base.files import digest_bytes
from finewright.retrieve.corpus import Corpus
from finewright.retrieve.counts import Counts, counted
from finewright.retrieve.dense import Vectors
from finewright.retrieve.encoder import Encoder
from finewright.retrieve.store import Stored


def counts_of(corpus: Corpus) -> Counts:
    """The words of every chunk."""
    return counted([chunk.text for _, chunk in corpus.chunks])


def vectors_of(corpus: Corpus, encoder: Encoder, before: Stored | None) -> tuple[Vectors, int]:
    """The vectors (N, D) of every chunk, and how many texts were embedded for it.

    A text that the index `before` has a vector of, wherever it stood, keeps it: `before` must be of the same encoder.
    Equal texts are embedded once.
    """
    texts = [chunk.text for _, chunk in corpus.chunks]
    known = _known(before)
    fresh = list(dict.fromkeys(text for text in texts if _key(text) not in known))
    place = {_key(text): at for at, text in enumerate(fresh)}
    if before is not None and before.vectors is not None and not fresh:
        made = before.vectors[:0]  # a base need not be loaded to say how wide its vectors are
    else:
        made = encoder.embed(fresh)  # (F, D)
    vectors = np.empty((len(texts), made.shape[1]), np.float32)
    for row, key in enumerate(map(_key, texts)):
        vectors[row] = made[place[key]] if key in place else known[key]
    return vectors, len(fresh)


def _known(before: Stored | None) -> dict[str, Vectors]:
    if before is None or before.vectors is None:
        return {}
    texts: Sequence[str] = [chunk.text for _, chunk in before.corpus.chunks]
    return {_key(text): vector for text, vector in zip(texts, before.vectors, strict=True)}


def _key(text: str) -> str:
    return digest_bytes(text.encode("utf-8", "surrogatepass"))
