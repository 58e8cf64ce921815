"""Numbers that a team gives its own papers and customers: told by words, a header or a prefix. Knows no kind.

They have no checksum, so the words must stand right before them: "invoice no. 4711", "Rechnung #4711". After the bare
word ("order 66") a number is taken only if it is long and not round, or has letters, hyphens or slashes in it.
"""

import re

from finewright.privacy.recogniser import Recogniser
from finewright.privacy.recognisers.after import DIGITS, after
from finewright.privacy.recognisers.number_like import reference

_PART = r"[A-Za-z0-9]{1,24}"
_END = r"(?![^\W_]|[-/._,]?[0-9]|[-/][A-Za-z]|[ ]?(?:[%€$£]|EUR|USD|GBP|CHF))"
_ANY = rf"{_PART}(?:[-/._]{_PART}){{0,5}}{_END}"
_TELLING = (
    rf"(?=(?:[A-Za-z/-]{{0,6}}[0-9]){{4}})(?:[A-Za-z]{{1,6}}[-/]?[0-9]{{3,20}}|(?![0-9]{{0,4}}00(?![0-9]))[0-9]{{5,20}}"
    rf"|(?=[^\s]{{0,20}}[-/]){_PART}(?:[-/]{_PART}){{1,5}}){_END}"
)


def named(kind: str, words: str, headers: str, prefixes: str) -> tuple[Recogniser, ...]:
    """The recognisers of such numbers: by a prefix, after the words, and in a column. All three are lists
    with `|` between."""
    text, cell = after(kind, words.split("|"), _ANY, reference(2), headers.split("|"), bare=_TELLING)
    known = prefixes.split("|")
    firsts = "".join(sorted({prefix[0] for prefix in known}))
    rests = "|".join(sorted((prefix[1:] for prefix in known), key=len, reverse=True))
    number = rf"(?:[-/#]|(?=[0-9]{{6}}))(?:[0-9]{{2,4}}[-/])?[0-9]{{4,12}}{_END}"
    form = rf"[{firsts}](?<![^\W_][{firsts}])(?<![-/.][{firsts}])(?:{rests}){number}"
    begins = frozenset(prefixes.casefold().split("|"))
    prefixed = Recogniser(kind, re.compile(form), reference(4), needs=DIGITS, begins=begins, alone=0.86)
    return prefixed, text, cell
