"""Templates that several people's rows share, their slots filled anew. Knows no detector.

Names and addresses come from one row, so that a person and his e-mail still belong together; every other slot from a
row of its own: one of the same template, or, where the slot is written one way alone, any row of the same label.
What is taken is a form and not a value: each becomes a surrogate under a fresh key.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from finewright.privacy.finding import Finding
from finewright.privacy.keyed import Keyed
from finewright.privacy.synthesis.candidate import Candidate, Identities, Patterns
from finewright.privacy.synthesis.rewriting import Occurrence, Rewriting, Slotted

_NAMING = frozenset({"person", "company", "email", "address", "place"})


@dataclass(frozen=True, slots=True)
class Template:
    """The rows of one template."""

    rows: tuple[Slotted, ...]

    @property
    def met(self) -> int:
        """How many people or firms it was met with: groups where rows have such, else different identifiers."""
        return len({row.record.group or tuple(one.finding.value for one in row.occurrences) for row in self.rows})


def templates_of(rows: Sequence[Slotted]) -> list[Template]:
    """All templates, in the order in which they are first met; rows without a slot are none."""
    found: dict[str, list[Slotted]] = {}
    for row in rows:
        if row.occurrences:
            found.setdefault(row.template, []).append(row)
    return [Template(tuple(of)) for of in found.values()]


def filled(
    templates: Sequence[Template], each: int, rewriting: Rewriting, keyed: Keyed, patterns: Patterns
) -> Iterator[Candidate]:
    """`each` new rows for every row of these templates, chosen by the key and the rows alone."""
    pools = _pools(templates)
    for template in templates:
        name = template.rows[0].template
        for number in range(each * len(template.rows)):
            fresh = Keyed(keyed.digest("template", name, str(number)))
            yield _filled(template, fresh, pools, rewriting, patterns)


def _filled(
    template: Template, keyed: Keyed, pools: Mapping[tuple[str, str], list[Occurrence]], rewriting: Rewriting,
    patterns: Patterns,
) -> Candidate:  # fmt: skip
    base = keyed.pick(template.rows, "base")
    forms = _forms(template, base, keyed, pools)
    named = Identities(keyed, patterns)
    apart = {one.slot: Identities(Keyed(keyed.digest("slot", one.slot)), patterns) for one in base.occurrences}
    places = iter(zip(base.occurrences, forms, strict=True))

    def fill(_finding: Finding, _surface: str) -> str:
        there, form = next(places)
        of = named if there.finding.kind in _NAMING else apart[there.slot]
        return of(form.finding, form.surface)

    record = rewriting.rewritten(base.record, fill)
    issued = {pair: None for of in (named, *apart.values()) for pair in of.issued}
    stood = {(one.surface, ""): None for one in base.occurrences}
    return Candidate(record, "template", base.template, (*issued, *stood))


def _forms(
    template: Template, base: Slotted, keyed: Keyed, pools: Mapping[tuple[str, str], list[Occurrence]]
) -> list[Occurrence]:
    """For each place of the template whose form it takes; a slot takes all of its places from one row."""
    donors: dict[str, Slotted | Occurrence] = {}
    for one in base.occurrences:
        if one.slot in donors:
            continue
        pool = pools[base.label, one.finding.kind] if one.finding.kind not in _NAMING else []
        if pool and all(_plain(row, one.slot) for row in template.rows):
            donors[one.slot] = keyed.pick(pool, "form", one.slot)
        else:
            donors[one.slot] = base if one.finding.kind in _NAMING else keyed.pick(template.rows, "row", one.slot)
    return [
        donor.occurrences[at] if isinstance(donor := donors[one.slot], Slotted) else donor
        for at, one in enumerate(base.occurrences)
    ]


def _pools(templates: Sequence[Template]) -> Mapping[tuple[str, str], list[Occurrence]]:
    """By label and kind, the identifiers that their rows write one way alone."""
    pools: defaultdict[tuple[str, str], list[Occurrence]] = defaultdict(list)
    for template in templates:
        for row in template.rows:
            for slot in dict.fromkeys(one.slot for one in row.occurrences):
                if _plain(row, slot):
                    first = next(one for one in row.occurrences if one.slot == slot)
                    pools[row.label, first.finding.kind].append(first)
    return pools


def _plain(row: Slotted, slot: str) -> bool:
    """Whether the row writes the identifier of a slot in one way."""
    return len({one.surface for one in row.occurrences if one.slot == slot}) == 1
