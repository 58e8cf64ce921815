"""How sure an English answer sounds: words that hedge, and words that leave no doubt. Knows nothing of what is right.

The list is versioned, for shares counted by one list are not to be compared with those of another.
"""

from functools import cache

from finewright.base.phrases import Phrase, phrase, plain

VERSION = 1

HEDGES = (
    *("may be", "may have", "may not", "may well", "may also", "might", "could be", "could have", "perhaps", "maybe"),
    *("possibly", "probably", "presumably", "likely", "unlikely", "potentially", "apparently", "arguably"),
    *("appears to", "appear to", "seems", "seem to", "suggest*", "tend to", "tends to", "in some cases"),
    *("I think", "I believe", "I assume", "I guess", "in my opinion", "as far as I know", "to my knowledge"),
    *("not sure", "not certain", "uncertain*", "unclear", "unsure", "it depends", "cannot be sure", "hard to say"),
)
"""Words by which an answer allows that it may be wrong, in the sense of Hyland 2005, Metadiscourse, chapter 3."""

CERTAIN = (
    *("certainly", "definitely", "undoubtedly", "absolutely", "surely", "clearly", "obviously", "of course"),
    *("without doubt", "without a doubt", "no doubt", "beyond doubt", "for certain", "guarantee*", "always", "never"),
)
"""Words by which an answer rules out that it is wrong (boosters, in Hyland's word)."""


def hedges(answer: str) -> bool:
    """Whether the answer says any hedge, as a whole word in any case."""
    said = plain(answer)
    return any(one.said_in(said) for one in _phrases(HEDGES))


def certain(answer: str) -> bool:
    """Whether the answer claims certainty in so many words."""
    said = plain(answer)
    return any(one.said_in(said) for one in _phrases(CERTAIN))


@cache
def _phrases(written: tuple[str, ...]) -> tuple[Phrase, ...]:
    return tuple(map(phrase, written))
