"""Whether what was kept out of the rows is said all the same: identifiers by their letters and digits alone.

Knows no model and no run. An identifier and a text are compared without case, spaces and marks, so that an IBAN is
known in whatever groups it is written.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_SHORTEST = 5
"""Letters and digits below which a text names nobody by itself, and would come out by chance."""


@dataclass(frozen=True, slots=True)
class Identifier:
    """A real identifier that was replaced: its kind, and as it was written."""

    kind: str
    surface: str

    @property
    def bare(self) -> str:
        """Its letters and digits, in small letters."""
        return bare(self.surface)


def bare(text: str) -> str:
    """Letters and digits alone, in small letters."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def worth_asking(found: Iterable[Identifier], learned: str) -> list[Identifier]:
    """Each once, without those too short to name anybody, and without words that were learned as well.

    `learned` is all that stands in the learned rows, bare: a surname that also is somebody's surrogate there may be
    said without anything having leaked. What has a digit or an @ is asked about in any case.
    """
    once = {one.bare: one for one in found if len(one.bare) >= _SHORTEST}
    return [one for text, one in once.items() if _is_code(one.surface) or text not in learned]


def said(identifiers: Sequence[Identifier], texts: Iterable[tuple[str, str]]) -> list[Identifier]:
    """Those that stand in any of the texts, given as (asked, answered): not in what was asked."""
    pairs = [(bare(asked), bare(answered)) for asked, answered in texts]
    return [one for one in identifiers if any(one.bare in told and one.bare not in asked for asked, told in pairs)]


def _is_code(surface: str) -> bool:
    return "@" in surface or any(letter.isdigit() for letter in surface)
