"""Postal addresses and places: word by word, in the same format; codes and house numbers keep their form.

"12 Baker Street, London NW1 6XE": words for a kind of street, directions, countries and small words stay, every other
word becomes a made-up one, so that London is the same town alone and in an address. In a code, which is letters and
digits together or a few capitals, letters become letters and digits digits; codes of states and countries stay. No
address is reserved.
"""

import re
from collections.abc import Callable

from finewright.privacy.keyed import Keyed
from finewright.privacy.surrogates.characters import exchanged, leading
from finewright.privacy.surrogates.names import UNSPACED, script
from finewright.privacy.surrogates.surrogate import Surrogate
from finewright.privacy.surrogates.words import settled
from finewright.privacy.surrogates.writing import cased_like, ordinal, words, written_like

_KEPT = frozenset(
    words(
        "street st road rd avenue ave av lane ln drive dr boulevard blvd court ct place pl square sq terrace way "
        "close crescent gardens grove hill house flat apartment apt suite ste unit floor fl building bldg block room "
        "p o po box highway hwy parkway pkwy circle cir route rt north south east west n s e w ne nw se sw upper "
        "lower new old great saint straße strasse str weg platz allee gasse ring ufer damm chaussee am an der den "
        "dem im in zum zur auf bei rue place chemin allée impasse quai cours faubourg bis ter cedex de du des la le "
        "les d l et sur sous lès aux à calle avenida avda plaza paseo camino carretera c piso puerta izq dcha del "
        "los las el y rua praça travessa alameda via viale piazza corso vicolo largo strada di della dei degli delle "
        "dello straat laan plein weg gracht kade ulica ul улица ул проспект пр дом д кв город г us usa uk gb united "
        "kingdom states america england scotland wales ireland germany deutschland france spain españa italy italia "
        "portugal netherlands nederland belgium österreich austria switzerland schweiz suisse sweden sverige norway "
        "denmark poland polska canada australia india japan china brazil brasil mexico méxico turkey türkiye russia "
        "south africa argentina indonesia korea saudi arabia"
    )
)
_ENDS = words("straße strasse str gasse weg platz allee straat laan gracht plein ring damm ufer")
_STREETS = {
    "rue": "fr", "impasse": "fr", "quai": "fr", "allée": "fr", "faubourg": "fr", "calle": "es", "avenida": "es",
    "paseo": "es", "plaza": "es", "via": "it", "viale": "it", "piazza": "it", "corso": "it", "straße": "de",
    "strasse": "de", "platz": "de", "weg": "de", "allee": "de", "gasse": "de",
}  # fmt: skip
"""Words that tell the language of a street's name."""
_CODES = frozenset(
    words("act nsw qld tas vic nwt usa gbr deu fra esp ita nld bel aut che irl can aus jpn chn ind bra mex kor zaf uae")
)
"""Codes of states and countries with three letters; a word of two is never exchanged, whatever it means."""
_SHORT = 2
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        r"[a-pr-uwyz][a-hk-y]?\d[a-hjkmnp-y\d]? ?\d[abd-hjlnp-uw-z]{2}",  # United Kingdom
        r"[abceghj-nprstvxy]\d[abceghj-nprstv-z] ?\d[abceghj-nprstv-z]\d",  # Canada
        r"[ac-fhknprtv-y]\d[\dw] ?[ac-fhknprtv-y\d]{4}",  # Ireland
        r"[1-9]\d{3} ?[a-z]{2}",  # the Netherlands
    )
)
"""Postcodes of two parts, with the letters that their countries allow in each place."""
_LETTER = r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\u0900-\u097f])*"
_RUN = re.compile(rf"(?:{_LETTER}|\d)+")
_PIECE = re.compile(rf"{_LETTER}|\d+")
_TWO_PARTS = re.compile(
    r"(?<![^\W_])(?:[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d|[A-Z]\d[\dW] ?[A-Z\d]{4}|"
    r"\d{4} ?[A-Z]{2}|(?i:[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}))(?![^\W_])"
)
"""What looks like such a postcode, whether or not it is one."""
_CODE = re.compile(r"[A-Za-z]{0,3}\d[A-Za-z\d]{0,9}")
_LED = re.compile(r"[ -]?\d(?:\d{3}|[A-Z]{2})(?!\w)", re.IGNORECASE)
"""What stands behind a code that leads a postcode."""
_NUMBERED = re.compile(rf"\d+({_LETTER})?")
_ORDINAL = re.compile(r"([0-9]+)(st|nd|rd|th)", re.IGNORECASE)
_LONGEST_LETTERS = 3


def address(keyed: Keyed, _value: str, surface: str) -> Surrogate:
    """Another address in the same format."""
    coded = [match.span() for match in _TWO_PARTS.finditer(surface)]
    runs = (run.span() for run in _RUN.finditer(surface) if not _inside(run.start(), coded))
    pieces, read, space = [], 0, 1.0
    for start, end in sorted([*coded, *(part for run in runs for part in _parts(surface, *run))]):
        new, choices = _piece(keyed, surface, start, end)
        pieces += [surface[read:start], new]
        read, space = end, space * choices
    return Surrogate("".join([*pieces, surface[read:]]), space)


def place(keyed: Keyed, value: str, surface: str) -> Surrogate:
    """Another town; of a name that is nothing but common words, such as a country, another word, of a code a code."""
    new = address(keyed, value, surface)
    if new.text != surface:
        return new
    letters = sum(map(str.isalpha, surface))
    return Surrogate(*(_exchanged(keyed, surface) if letters <= _LONGEST_LETTERS else settled(keyed, surface)))


def _inside(at: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= at < end for start, end in spans)


def _parts(surface: str, start: int, end: int) -> list[tuple[int, int]]:
    """A code whole; of a word and a number that stand together, such as Hauptstr5, each."""
    run = surface[start:end]
    letters = max((len(part[0]) for part in _PIECE.finditer(run) if part[0].isalpha()), default=0)
    if _ORDINAL.fullmatch(run):
        return [(start, end)]
    if _CODE.fullmatch(run) and letters <= _LONGEST_LETTERS and not _numbered(run):
        return [(start, end)]
    return [(start + part.start(), start + part.end()) for part in _PIECE.finditer(run)]


def _numbered(run: str) -> bool:
    """Whether it is a house number, 12b, or an ordinal, 3e: what stands behind its digits says nothing."""
    match = _NUMBERED.fullmatch(run)
    return match is not None and (len(match[1] or "") < _SHORT or run.islower())


def _piece(keyed: Keyed, surface: str, start: int, end: int) -> tuple[str, float]:
    old, before = surface[start:end], surface[:start]
    if any(map(str.isdecimal, old)):
        return _coded(keyed, old)
    if old.casefold() in _KEPT or before[-1:].isdecimal() or _stands_for_itself(old, surface[end:]):
        return old, 1.0
    if _is_code(surface, start, end):
        return _exchanged(keyed, old)
    end_of_word = next((one for one in _ENDS if old.lower().endswith(one) and len(old) > len(one) + 2), "")
    stem, tail = old[: len(old) - len(end_of_word)], old[len(old) - len(end_of_word) :]
    new, choices = settled(keyed, stem, "de" if end_of_word else _street_language(before))
    return cased_like(stem, new) + tail, choices


def _stands_for_itself(word: str, behind: str) -> bool:
    """Codes of states and countries, and words of two letters and initials, which cannot be told from them."""
    if word.casefold() in _CODES:
        return word.isupper() or _LED.match(behind) is not None
    return len(word) <= _SHORT and script(word) not in UNSPACED


def _is_code(surface: str, start: int, end: int) -> bool:
    """Whether three capitals are a code: they lead a postcode, or stand among words with small letters."""
    word = surface[start:end]
    if not (word.isascii() and word.isupper() and len(word) == _LONGEST_LETTERS):
        return False
    leads, follows = _LED.match(surface[end:]), re.search(r"\d{4} $", surface[:start])
    return leads is not None or (not surface.isupper() and not follows)


def _street_language(before: str) -> str:
    """The language of the street word before, in the same part of the address."""
    words = (word.lower() for word in _PIECE.findall(before.rpartition(",")[2]))
    return next((_STREETS[word] for word in words if word in _STREETS), "")


def _coded(keyed: Keyed, old: str) -> tuple[str, float]:
    """House numbers and postcodes; the letters of an ordinal follow its number."""
    if match := _ORDINAL.fullmatch(old):
        new, space = exchanged(keyed, "house", match[1], allowed=leading(match[1]))
        return new + cased_like(match[2], ordinal(int(new))), space
    if old.isdecimal() and len(old) < 4:
        return exchanged(keyed, "house", old, allowed=lambda new: new[0] != "0")
    return _exchanged(keyed, old)


def _exchanged(keyed: Keyed, old: str) -> tuple[str, float]:
    """A code's letters and digits, as its form allows where it has one; the same in capitals and in small letters."""
    bare = old.upper() if len(old.upper()) == len(old) else old
    form = next((form for form in _FORMS if form.fullmatch(bare)), None)
    new, space = exchanged(keyed, "postcode", bare, allowed=leading(bare) if form is None else _fits(form))
    return written_like(old, new), space


def _fits(form: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda new: form.fullmatch(new) is not None
