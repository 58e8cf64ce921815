"""Identifiers in answers that neither the question nor the wanted answer holds. Knows no recogniser and no run.

An identifier stands in a text where its letters and digits do, one after another, or, where it has no digit, all its
words, in any order: "Weber, Anna" holds Anna Weber.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from finewright.privacy.mask import masked
from finewright.privacy.scrubber import Found

_WORD = re.compile(r"[^\W_]+")
_SAMPLES = 20


@dataclass(frozen=True, slots=True)
class Leak:
    """An identifier that an answer brings up by itself, and whether it stands in a row that was learned."""

    record: str
    found: Found
    learned: bool


class Said:
    """What some text says, to look identifiers up in."""

    __slots__ = ("_letters", "_words")

    def __init__(self, text: str) -> None:
        words = _WORD.findall(text.casefold())
        self._words, self._letters = frozenset(words), "".join(words)

    def holds(self, surface: str) -> bool:
        """Whether an identifier stands in it."""
        words = _WORD.findall(surface.casefold())
        if any(letter.isdigit() for letter in surface):
            return "".join(words) in self._letters
        return bool(words) and self._words.issuperset(words)


def unasked(found: Iterable[Found], known: Said, values: Collection[str]) -> list[Found]:
    """What was found in an answer that is neither said in what is known nor, in another form, among its values."""
    return [one for one in dict.fromkeys(found) if one.value not in values and not known.holds(one.surface)]


def leaks(by_record: Iterable[tuple[str, Sequence[Found]]], learned: Iterable[str]) -> list[Leak]:
    """What answers bring up by record, with whether one of the learned texts holds it. These are read once."""
    brought_up = [(record, one) for record, found in by_record for one in found]
    open_ones, held = {one.surface for _, one in brought_up}, set[str]()
    if open_ones:
        for text in learned:
            said = Said(text)
            held |= {surface for surface in open_ones - held if said.holds(surface)}
    return [Leak(record, one, one.surface in held) for record, one in brought_up]


def by_kind(found: Sequence[Leak]) -> list[dict[str, str | int]]:
    """How many there are of each kind, the most first, and of how many a learned row is the source."""
    every, learned = (
        Counter(one.found.kind for one in part) for part in (found, [one for one in found if one.learned])
    )
    order = sorted(every, key=lambda kind: (-every[kind], kind))
    return [{"kind": kind, "found": every[kind], "from_training": learned[kind]} for kind in order]


def samples(found: Sequence[Leak]) -> list[dict[str, str | bool]]:
    """Some of them for people, those of learned rows first, in stars."""
    order = sorted(found, key=lambda one: not one.learned)[:_SAMPLES]
    return [
        {
            "record": one.record,
            "kind": one.found.kind,
            "masked": masked(one.found.surface),
            "from_training": one.learned,
        }
        for one in order
    ]
