"""One example with its identifiers exchanged by whoever asks, and the same with slots in their places.

Knows neither where surrogates come from nor what a slot is filled with. What is found is what the scrubber finds.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from functools import lru_cache

from finewright.base.files import digest_json
from finewright.base.recipe_privacy import Mode
from finewright.base.records import Record
from finewright.privacy.cells import Finds, Replace
from finewright.privacy.finding import Finding
from finewright.privacy.scrubber import Scrubber

SLOT = re.compile(r"\[[a-z][a-z0-9_:-]* [1-9][0-9]*\]")
"""A slot as it stands in a template: [person 1]."""
_KEPT = 1 << 14


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One place where an identifier stood: its slot, what was found, and how it was written."""

    slot: str
    finding: Finding
    surface: str


@dataclass(frozen=True, slots=True)
class Slotted:
    """A real example and the same with slots.

    marked       the example with slots; the same identifier has the same slot wherever it stands
    occurrences  what stood there, in the order in which `Rewriting.rewritten` meets it
    template     digest of what is said in it with slots, by which two examples are of one template
    label        digest of its answer with slots: rows of the same label
    """

    record: Record
    marked: Record
    occurrences: tuple[Occurrence, ...]
    template: str
    label: str


class Rewriting:
    """Exchanges what is found in examples. `answers` tells whether answers are texts, and not labels or numbers."""

    def __init__(
        self, find: Finds, mode: Callable[[str], Mode], allow: Collection[str] = (), *, answers: bool = True
    ) -> None:
        self._mode, self._allow, self._answers = mode, allow, answers
        known = lru_cache(_KEPT)(lambda text, header: tuple(find(text, header)))
        self._find: Finds = lambda text, header="": list(known(text, header))

    def rewritten(self, record: Record, fill: Replace) -> Record:
        """The example with `fill` of each finding in its place, in a fixed order; without its group and time."""
        bare = replace(record, group=None, time=None)
        scrubber = Scrubber(self._find, fill, self._mode, self._allow)
        return scrubber.scrub(bare, answers=self._answers).record

    def found(self, record: Record) -> list[tuple[Finding, str]]:
        """What would be exchanged, and how it is written."""
        met: list[tuple[Finding, str]] = []

        def note(finding: Finding, surface: str) -> str:
            met.append((finding, surface))
            return surface

        self.rewritten(record, note)
        return met

    def slotted(self, record: Record) -> Slotted | None:
        """The example with slots; None where its own text holds something that looks like one."""
        if any(SLOT.search(text) for text in texts(record)):
            return None
        slots: dict[tuple[str, str], str] = {}
        kinds: Counter[str] = Counter()
        met: list[Occurrence] = []

        def mark(finding: Finding, surface: str) -> str:
            name = (finding.kind, finding.value)
            if name not in slots:
                kinds[finding.kind] += 1
                slots[name] = f"[{finding.kind} {kinds[finding.kind]}]"
            met.append(Occurrence(slots[name], finding, surface))
            return slots[name]

        marked = self.rewritten(record, mark)
        said = [[message.role, message.text] for message in marked.messages]
        label = digest_json(marked.turn.text)
        return Slotted(record, marked, tuple(met), digest_json([said, label]), label)


def texts(record: Record) -> list[str]:
    """All that is said in an example, turn by turn."""
    return [turn.text for turn in (*record.messages, record.turn)]
