"""Persons: part by part, with titles, initials, particles, order and letter case as they were.

"John Smith", "Mr. J. Smith", "SMITH, John" and john.smith@ become variants of one fictitious person, as each part has
its own surrogate (`names`). Language, script and sex are kept where the parts tell them. No name is reserved: a
surrogate may be the name of somebody, who has nothing to do with the text.
"""

import re

from finewright.privacy.keyed import Keyed
from finewright.privacy.surrogates.names import (
    UNSPACED,
    family_letters,
    given_alone,
    initial,
    listed,
    named,
    possible,
    script,
)
from finewright.privacy.surrogates.surrogate import Surrogate
from finewright.privacy.surrogates.writing import cased_like, words

_KEPT = frozenset(
    words(
        "mr mrs ms miss mx dr prof professor sir madam lord lady rev hon capt herr frau fräulein dipl ing mag m mme "
        "mlle monsieur madame mademoiselle maître me sr sra srta señor señora señorita don doña d sig sigra signor "
        "signora signorina dott dottssa senhor senhora dhr mevr mw mevrouw meneer pan pani fru jr sr snr jnr ii iii "
        "iv phd md mba esq cpa van von der den de del della di da do dos das du des la le les el al bin ibn abu bint "
        "ben ter ten zu zur zum und and y e & of the г-н г-жа господин госпожа пан пані κ κα κος السيد السيدة "
        "الدكتور שרי श्री श्रीमती"
    )
)
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\u0900-\u097f\u0e00-\u0e7f]|['’](?=[^\W\d_]{2}))*")


def person(keyed: Keyed, _value: str, surface: str) -> Surrogate:
    """Another person's name in the same form."""
    words = [word for word in _WORD.finditer(surface) if not _stays(word[0], surface, word.end())]
    pieces, read, space = [], 0, 1.0
    for word, role in zip(words, _roles([word[0] for word in words], surface), strict=True):
        new, choices = _part(keyed, word[0], role)
        pieces += [surface[read : word.start()], new]
        read, space = word.end(), space * choices
    return Surrogate("".join([*pieces, surface[read:]]), space)


def _stays(word: str, surface: str, end: int) -> bool:
    """Titles, particles and the s of a genitive; a single capital letter is an initial, not a title."""
    if word == "s" and surface[end - 2 : end - 1] in ("'", "’"):
        return True
    return word.casefold() in _KEPT and not (len(word) == 1 and word.isupper())


def _roles(words: list[str], surface: str) -> list[str]:
    """Given or family for each part: the last is the family name, before a comma the first."""
    if not words:
        return []
    if len(words) == 1:
        titled = bool(re.search(r"(?i)\b(mr|mrs|ms|dr|prof|herr|frau|mme|sr|sra|sig|г-н)\b", surface))
        return ["given" if not titled and given_alone(words[0]) else "family"]
    if "," in surface or _turned(words):
        return ["family", *["given"] * (len(words) - 1)]
    return [*["given"] * (len(words) - 1), "family"]


def _turned(words: list[str]) -> bool:
    """SMITH John, or 2 known parts the other way round."""
    if words[0].isupper() and len(words[0]) > 1 and not words[-1].isupper():
        return True
    backward = listed(words[0], "family") and listed(words[-1], "given")
    return backward and not listed(words[0], "given") and not listed(words[-1], "family")


def _part(keyed: Keyed, word: str, role: str) -> tuple[str, float]:
    if len(word) == 1:
        return cased_like(word, initial(keyed, word.casefold(), role)), 20.0
    if script(word) in UNSPACED and role == "family":
        return _unspaced(keyed, word), possible(word[0], "family") * possible(word[0], "given")
    return cased_like(word, named(keyed, word, role)), possible(word, role)


def _unspaced(keyed: Keyed, word: str) -> str:
    """The family name and the given name behind it, as Chinese, Korean and Japanese are written."""
    family = family_letters(word)
    given = named(keyed, word[family:], "given") if len(word) > family else ""
    return named(keyed, word[:family], "family") + given
