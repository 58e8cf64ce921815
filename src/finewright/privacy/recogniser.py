"""What a recogniser is: a form, what proves it, and the words that stand by it. Knows no kind of identifier.

Checksum first, context second: what a checksum proves is taken wherever it stands; what has no checksum needs a word
of its kind nearby, or as the header of its column, unless its form alone says what it is.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

Check = Callable[[str], str | None]
"""A candidate, as written, to its one written form (see `Finding.value`), or None where it is no such identifier."""


@dataclass(frozen=True)
class Recogniser:
    """One kind of identifier by its form. The detector runs it over folded text: without invisible
    characters and look-alike letters.

    kind     what is found
    pattern  candidates; the group `value` is the identifier where there is one, and otherwise all that matches
    needs    characters of which a text must hold at least one for the pattern to be tried: the cheap gate, one of
             "@", "0123456789", ... ; empty: always
    check    proves or refuses a candidate and gives its written form
    proves   whether `check` verifies a checksum: then the finding is `proved`
    context  words, case folded, of which one within `reach` characters before the candidate, or in its column's
             header, makes it likely
    headers  column headers, case folded, letters and digits only, under which a candidate is one: "acct", "iban"
    against  words, case folded, of which one within `reach` characters before the candidate, and nearer to it than
             any of `context`, says that it is something else: then it is not taken (under such a header: likewise)
    begins   words, case folded, of which one begins every match, with or without the blanks in it: the pattern is then
             tried only where a token begins like one of them
    alone    the score without context; below the detector's threshold it is not taken
    near     the score with context, or under such a header
    """

    kind: str
    pattern: re.Pattern[str]
    check: Check
    needs: str = ""
    proves: bool = False
    context: frozenset[str] = frozenset()
    headers: frozenset[str] = field(default_factory=frozenset)
    against: frozenset[str] = frozenset()
    begins: frozenset[str] = frozenset()
    alone: float = 0.0
    near: float = 0.9
    reach: int = 40


THRESHOLD = 0.5
"""The score from which a finding is taken."""
