"""Postal addresses and places: word by word, in the same format; postcodes and house numbers keep their form.

"12 Baker Street, London NW1 6XE": words for a kind of street, directions, countries and small words stay, every other
word becomes a made-up one, so that London is the same town alone and in an address. No address is reserved.
"""

import re

from finewright.privacy.keyed import Keyed
from finewright.privacy.surrogates.characters import exchanged, leading
from finewright.privacy.surrogates.surrogate import Surrogate
from finewright.privacy.surrogates.words import settled
from finewright.privacy.surrogates.writing import cased_like, words

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
_UK_POSTCODE = re.compile(r"(?i)\b[a-pr-uwyz][a-hk-y]?\d[a-hjkmnp-y\d]? ?\d[abd-hjlnp-uw-z]{2}\b")
_PIECE = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\u0900-\u097f])*|\d+")
_STATE = re.compile(r"\b[A-Z]{2}(?= \d{5})")


def address(keyed: Keyed, _value: str, surface: str) -> Surrogate:
    """Another address in the same format."""
    coded = [match.span() for match in _UK_POSTCODE.finditer(surface)]
    states = {match.start() for match in _STATE.finditer(surface)}
    pieces, read, space = [], 0, 1.0
    spans = sorted([*coded, *(one.span() for one in _PIECE.finditer(surface) if not _inside(one.start(), coded))])
    for start, end in spans:
        old = surface[start:end]
        new, choices = (old, 1.0) if start in states else _piece(keyed, old, surface[:start])
        pieces += [surface[read:start], new]
        read, space = end, space * choices
    return Surrogate("".join([*pieces, surface[read:]]), space)


def place(keyed: Keyed, value: str, surface: str) -> Surrogate:
    """Another town; of a name that is nothing but common words, such as a country, another word."""
    new = address(keyed, value, surface)
    return new if new.text != surface else Surrogate(*settled(keyed, surface))


def _inside(at: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= at < end for start, end in spans)


def _piece(keyed: Keyed, old: str, before: str) -> tuple[str, float]:
    if not old.isalpha():
        return _coded(keyed, old)
    small = old.casefold()
    if small in _KEPT or (len(old) == 1 and before[-1:].isdecimal()) or small in ("st", "nd", "rd", "th"):
        return old, 1.0
    end = next((end for end in _ENDS if old.lower().endswith(end) and len(old) > len(end) + 2), "")
    stem, tail = old[: len(old) - len(end)], old[len(old) - len(end) :]
    new, choices = settled(keyed, stem, "de" if end else _street_language(before))
    return cased_like(stem, new) + tail, choices


def _street_language(before: str) -> str:
    """The language of the street word before, in the same part of the address."""
    words = (word.lower() for word in _PIECE.findall(before.rpartition(",")[2]))
    return next((_STREETS[word] for word in words if word in _STREETS), "")


def _coded(keyed: Keyed, old: str) -> tuple[str, float]:
    """House numbers and postcodes: digits to digits, a British postcode's letters to letters that its form allows."""
    if old.isdecimal() and len(old) < 4:
        new, space = exchanged(keyed, "house", old, allowed=lambda new: new[0] != "0")
        return new, space
    fits = _UK_POSTCODE.fullmatch if not old.isdecimal() else None
    allowed = (lambda new: bool(fits(new))) if fits else leading(old)
    new, space = exchanged(keyed, "postcode", old.upper(), allowed=allowed)
    return (new.lower() if old.islower() else new), space
