"""The nearest known word to one that is not known: what a fault proposes. Knows nothing about what the words name."""

import difflib
from collections.abc import Iterable

_ALIKE = 0.6


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The member of `known` most like `word`, case and dashes aside, or None where none is at all alike."""
    candidates = {_folded(candidate): candidate for candidate in reversed(list(known))}
    found = difflib.get_close_matches(_folded(word), candidates, n=1, cutoff=_ALIKE)
    return candidates[found[0]] if found else None


def _folded(word: str) -> str:
    return word.casefold().replace("-", "_")
