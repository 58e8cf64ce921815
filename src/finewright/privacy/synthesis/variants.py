"""Real examples with other identities: what is said stays, of whom it is said is made up anew. Knows no template."""

from collections.abc import Iterator, Sequence

from finewright.privacy.keyed import Keyed
from finewright.privacy.synthesis.candidate import Candidate, Identities, Patterns
from finewright.privacy.synthesis.rewriting import Rewriting, Slotted


def variants(
    rows: Sequence[Slotted], each: int, rewriting: Rewriting, keyed: Keyed, patterns: Patterns
) -> Iterator[Candidate]:
    """`each` variants of every row, with identities of their own; chosen by the key, the row and its number alone."""
    for row in rows:
        for number in range(each):
            fresh = Identities(Keyed(keyed.digest("variant", row.record.id, str(number))), patterns)
            record = rewriting.rewritten(row.record, fresh)
            yield Candidate(record, "surrogate", row.template, tuple(fresh.issued))
