"""A made-up example before it is screened, and the surrogates that were issued for it. Knows no way of making one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from finewright.base.records import Record
from finewright.privacy.finding import Finding
from finewright.privacy.keyed import Keyed
from finewright.privacy.surrogates.kinds import made

Way = Literal["surrogate", "template", "paraphrase"]
Patterns = Mapping[str, re.Pattern[str]]
"""A team's own patterns by kind, which surrogates match as well."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A made-up example.

    way       how it was made
    template  digest of the template of the real examples that it was made from
    issued    each real text that was replaced, as it was written, with what took its place
    """

    record: Record
    way: Way
    template: str
    issued: tuple[tuple[str, str], ...]


class Identities:
    """The fresh identities of one made-up example: the same real value is the same fictitious one throughout."""

    def __init__(self, keyed: Keyed, patterns: Patterns) -> None:
        self._keyed, self._patterns = keyed, patterns
        self.issued: dict[tuple[str, str], None] = {}

    def __call__(self, finding: Finding, surface: str) -> str:
        """What takes the place of `surface`."""
        new = made(self._keyed, finding, surface, self._patterns).text
        self.issued[surface, new] = None
        return new
