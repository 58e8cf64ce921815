"""Value added tax numbers: the European Union's, Britain's, Norway's, Switzerland's and India's, by prefix or word.

A prefix and the country's own length and checksum are enough; without a prefix a number needs its word.
"""

import re

from finewright.privacy.recogniser import Recogniser
from finewright.privacy.recognisers.after import DIGITS, after
from finewright.privacy.recognisers.standard import bare, conforms
from finewright.privacy.recognisers.tax_id import Schemes, among

_S = r"[ .\-]?"
_FORMS = {
    "AT": ("eu.vat", rf"U(?:{_S}[0-9]){{8}}"),
    "BE HR": ("eu.vat", rf"(?:{_S}[0-9]){{9,11}}"),
    "BG CZ RO": ("eu.vat", r" ?[0-9]{8,10}"),
    "DE EE EL PT": ("eu.vat", rf"(?:{_S}[0-9]){{9}}"),
    "DK FI HU LU MT SI": ("eu.vat", rf"(?:{_S}[0-9]){{8}}"),
    "IT LV": ("eu.vat", rf"(?:{_S}[0-9]){{11}}"),
    "PL SK": ("eu.vat", rf"(?:{_S}[0-9]){{10}}"),
    "CY": ("eu.vat", r" ?[0-9]{8}[A-Z]"),
    "ES": ("eu.vat", rf"{_S}[0-9A-Z]{_S}[0-9]{{7}}{_S}[0-9A-Z]"),
    "FR": ("eu.vat", rf"{_S}[0-9A-Z]{{2}}(?:{_S}[0-9]{{3}}){{3}}"),
    "IE": ("eu.vat", r" ?[0-9][0-9A-Z][0-9]{5}[A-W][A-IW]?"),
    "LT": ("eu.vat", r" ?(?:[0-9]{12}|[0-9]{9})"),
    "NL": ("eu.vat", rf"(?:{_S}[0-9]){{9}}{_S}B{_S}[0-9]{{2}}"),
    "SE": ("eu.vat", rf"(?:{_S}[0-9]){{10}}{_S}01"),
    "GB": ("gb.vat", rf"{_S}[0-9]{{3}}{_S}[0-9]{{4}}{_S}[0-9]{{2}}(?:{_S}[0-9]{{3}}(?![0-9]))?"),
    "XI": ("eu.vat", rf"{_S}[0-9]{{3}}{_S}[0-9]{{4}}{_S}[0-9]{{2}}"),
    "CH": ("ch.uid", rf"E{_S}[0-9]{{3}}{_S}[0-9]{{3}}{_S}[0-9]{{3}}"),
}
"""By prefix: the scheme in python-stdnum, and the form of what follows the prefix."""

_SCHEME = {country: scheme for countries, (scheme, _) in _FORMS.items() for country in countries.split()}
_BY_PREFIX = "|".join(f"(?<={'|'.join(countries.split())}){form}" for countries, (_, form) in _FORMS.items())
_PREFIXED = re.compile(rf"[A-Z](?<![^\W_][A-Z])[A-Z](?:{_BY_PREFIX})(?![^\W_]|[-.,]?[0-9]| [0-9]{{4}} [0-9])")
_TAIL = re.compile(r"[0-9]{3}(?<![^\W_][0-9]{3})(?: ?[0-9]{3}){2} ?MVA(?![^\W_])")
_GST = re.compile(r"[0-3](?<![^\W_][0-9])[0-9][A-Z]{5}[0-9]{4}[A-Z][0-9A-Z]Z[0-9A-Z](?![^\W_])")
_WORDS = (
    "vat", "vat reg", "vat registration", "vat id", "ust-id", "ust-idnr", "ust-id-nr", "ustid", "ust.-idnr", "ust",
    "umsatzsteuer-id",
    "umsatzsteuer-identifikationsnummer", "uid", "mwst", "mwst-nr", "tva", "tva intracommunautaire", "numéro de tva",
    "iva", "partita iva", "p.iva", "p. iva", "piva",
    "btw", "btw-nr", "btw-nummer", "moms", "dič", "dic", "áfa", "pvm", "pvn", "kmkr", "ddv", "pdv", "gst", "gstin",
    "alv", "φπα", "vatin", "mva",
)  # fmt: skip
_HEADERS = (
    "vat", "vatno", "vatnumber", "vatid", "vatregno", "vatregistrationnumber", "ustid", "ustidnr", "ust", "tva",
    "numerotva", "iva", "partitaiva", "piva", "btw",
    "btwnummer", "uid", "gstin", "gst", "vatin", "moms", "mwst",
)  # fmt: skip
_BARE: Schemes = (
    ("at.uid", r"U[0-9]{8}"), ("be.vat", r"[01]?[0-9]{9}"), ("bg.vat", r"[0-9]{9,10}"), ("cz.dic", r"[0-9]{8,10}"),
    ("cy.vat", r"[0-9]{8}[A-Z]"), ("de.vat", r"[0-9]{9}"),
    ("dk.cvr", r"[0-9]{8}"), ("ee.kmkr", r"[0-9]{9}"), ("gr.vat", r"[0-9]{9}"),
    ("es.nif", r"[0-9A-Z][0-9]{7}[0-9A-Z]"), ("fi.alv", r"[0-9]{8}"), ("fr.tva", r"[0-9A-Z]{2}[0-9]{9}"),
    ("hr.oib", r"[0-9]{11}"), ("hu.anum", r"[0-9]{8}"), ("ie.vat", r"[0-9][0-9A-Z][0-9]{5}[A-W][A-IW]?"),
    ("it.iva", r"[0-9]{11}"), ("lt.pvm", r"[0-9]{9}|[0-9]{12}"),
    ("lu.tva", r"[0-9]{8}"), ("lv.pvn", r"[0-9]{11}"), ("mt.vat", r"[0-9]{8}"), ("nl.btw", r"[0-9]{9}B[0-9]{2}"),
    ("pl.nip", r"[0-9]{10}"), ("pt.nif", r"[0-9]{9}"), ("ro.cf", r"[0-9]{6,10}"),
    ("se.vat", r"[0-9]{10}01"), ("si.ddv", r"[0-9]{8}"), ("sk.dph", r"[0-9]{10}"), ("gb.vat", r"[0-9]{9}|[0-9]{12}"),
    ("no.mva", r"[0-9]{9}(?:MVA)?"), ("in_.gstin", r"[0-9]{2}[0-9A-Z]{13}"),
    ("ch.uid", r"CHE[0-9]{9}"), ("au.abn", r"[0-9]{11}"),
)  # fmt: skip
_VALUE = r"[0-9A-Z](?:[./-]?[0-9A-Z]|[ ][0-9]|[ ]B[0-9]{2}(?![0-9])){6,15}(?![^\W_]|[.,][0-9])"
_unprefixed = among(_BARE)


def _prefixed(written: str) -> str | None:
    number = bare(written)
    scheme = _SCHEME.get(number[:2])
    return number if scheme and conforms(scheme, number) else None


def _either(written: str) -> str | None:
    return _prefixed(written) or _unprefixed(written)


VATS = (
    Recogniser(
        "vat",
        _PREFIXED,
        _prefixed,
        needs=DIGITS,
        proves=True,
        alone=0.7,
        near=1.0,
        context=frozenset(_WORDS),
        headers=frozenset(_HEADERS),
    ),
    Recogniser("vat", _TAIL, among((("no.mva", r"[0-9]{9}MVA"),)), needs=DIGITS, proves=True, alone=0.8, near=1.0),
    Recogniser("vat", _GST, among((("in_.gstin", r"[0-9A-Z]{15}"),)), needs=DIGITS, proves=True, alone=0.95, near=1.0),
    *after("vat", _WORDS, _VALUE, _either, _HEADERS, proves=True, fillers=2),
)
