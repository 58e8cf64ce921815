"""Telephone numbers: international and national ones, as the library `phonenumbers` knows each country's plan.

The library is asked last, about what already looks like a number: by its plus sign, its grouping or the word before it.
"""

import re
from collections.abc import Sequence

from finewright.privacy.recogniser import Check, Recogniser
from finewright.privacy.recognisers.after import DIGITS, after
from finewright.privacy.recognisers.number_like import dated

REGIONS = ("US", "GB", "DE", "FR", "IT", "ES", "NL", "AT", "CH", "AU", "IN", "BR", "JP")
"""Whose national numbers are known where nothing else is said, the first before the others."""

_EXTENSION = r"(?:[ ,]{0,2}(?:x|ext\.?|extension|Durchwahl|DW)[ .]?[0-9]{1,6})?"
_GROUPS = r"(?:[ ./\-]{0,2}[()]?[ \-]?[0-9]{1,12})"
_PLUS = re.compile(
    r"\+(?<![^\W_]\+)(?:\(?[1-9][0-9]{0,14}\)?)" + _GROUPS + r"{0,6}" + _EXTENSION + r"(?![^\W_]|[.,][0-9])"
)
_ZEROS = re.compile(
    r"0(?<![^\W_]0)(?<![A-Z0-9]{4} 0)(?<![0-9] 0)(?<![0-9][-./,+(]0)0[1-9][0-9]{0,2}[ \-/(]"
    + _GROUPS
    + r"{1,6}"
    + _EXTENSION
    + r"(?![^\W_]|[.,-][0-9])"
)
_AMERICAN = re.compile(
    r"[(0-9](?<![^\W_][(0-9])(?<![0-9][-./,][(0-9])(?:(?<=\()[0-9]{3}\)[ -]{0,2}[0-9]{3}[-. ][0-9]{4}"
    r"|(?<=[0-9])[0-9]{2}([-.])[0-9]{3}\1[0-9]{4}"
    r"|(?<=1)[-. ]\(?[2-9][0-9]{2}\)?[-. ][0-9]{3}[-. ][0-9]{4}|(?<=0)01[-. ][0-9]{3}[-. ][0-9]{3}[-. ][0-9]{4})"
    + _EXTENSION
    + r"(?![^\W_]|[-./]?[0-9])"
)
_TRUNK = re.compile(
    r"[(0](?<![^\W_][(0])(?<![A-Z0-9]{4} [(0])(?<![0-9] [(0])(?<![0-9][-./,+(][(0])"
    r"(?:(?<=0)|0)[1-9][0-9]{0,4}(?:\)[ ]?|[ ]?[/\-.][ ]?|[ ])[0-9]{2,8}(?:[ \-./][0-9]{2,6}){0,4}"
    + _EXTENSION + r"(?![^\W_]|[-./,]?[0-9])"
)  # fmt: skip
_WORDS = (
    "phone", "telephone", "tel", "mobile", "mob", "cell", "cellphone", "cell phone", "fax", "call", "call me",
    "call me at", "call me on", "call us at", "call us on", "reach me at", "ring", "dial",
    "text", "sms", "whatsapp", "landline", "hotline", "telefon", "telefonnummer", "tel.-nr", "telefonnr", "mobil",
    "mobilnummer", "handy", "handynummer", "rufnummer", "anruf", "téléphone", "portable",
    "tél", "tlf", "appelez", "teléfono", "telefono", "móvil", "movil", "celular", "llamar", "llame", "cellulare",
    "telefone", "telemóvel", "telefoon", "mobiel", "contact", "answer at", "answering at", "reached at", "reach us at",
    "message to", "messages to", "messages from", "desk", "direct line", "电话", "電話", "手机", "전화",
)  # fmt: skip
_HEADERS = (
    "phone", "phoneno", "phonenumber", "phonenum", "telephone", "telephonenumber", "tel", "telno", "mobile",
    "mobileno", "mobilenumber", "mobilephone", "cell", "cellphone", "fax", "faxnumber", "telefon", "telefonnummer",
    "mobil", "handy", "handynummer", "rufnummer", "téléphone", "portable", "teléfono", "telefono", "móvil",
    "celular", "cellulare", "telefone", "telemóvel", "telefoon", "homephone", "workphone", "contactnumber",
)  # fmt: skip
_VALUE = r"\+?[(0-9](?:[ ./\-]{0,2}[()]?[ \-]?[0-9]){5,16}" + _EXTENSION + r"(?![^\W_]|[,.][0-9])"
_EXTENDED = re.compile(r"(?i:x|ext\.?|extension|durchwahl|dw)[ .]?[0-9]{1,6}$")


def _canonical(written: str, regions: Sequence[str], *, valid: bool) -> str | None:
    """The number in international form, without its extension, if it is one of a region's; `valid`: of a range that is
    given out, and otherwise of a length that there can be."""
    import phonenumbers as plans

    for region in regions:
        try:
            number = plans.parse(written, region)
        except plans.NumberParseException:
            continue
        if plans.is_valid_number(number) if valid else plans.is_possible_number(number):
            return str(plans.format_number(number, plans.PhoneNumberFormat.E164))
    return None


def _digits(written: str) -> int:
    return sum(map(str.isdigit, _EXTENDED.sub("", written)))


def _check(regions: Sequence[str], *, valid: bool, fewest: int = 8, kept: bool = False) -> Check:
    """`kept`: what no plan knows stands as its digits, since its form says what it is."""

    def check(written: str) -> str | None:
        if not fewest <= _digits(written) <= 15 or dated(written):
            return None
        known = _canonical(written, regions, valid=valid)
        return known or ("".join(filter(str.isdigit, written)) if kept else None)

    return check


def phones(regions: Sequence[str] = REGIONS) -> tuple[Recogniser, ...]:
    """The recognisers of telephone numbers: `regions` (ISO 3166, "DE") whose national numbers are to be known."""
    against = frozenset(
        {
            "invoice",
            "order",
            "rechnung",
            "account",
            "konto",
            "sort code",
            "policy",
            "contract",
            "version",
            "iban",
            "vat",
            "tax",
            "steuernummer",
            "ref",
            "reference",
        }
    )
    known = tuple(regions)
    return (
        Recogniser("phone", _PLUS, _check((known[0],), valid=False, fewest=7), needs="+", alone=0.9),
        Recogniser("phone", _ZEROS, _check(("DE",), valid=True), needs="0", alone=0.7, near=0.9),
        Recogniser(
            "phone",
            _AMERICAN,
            _check(("US",), valid=False, fewest=10, kept=True),
            needs=DIGITS,
            alone=0.7,
            against=against,
        ),
        Recogniser("phone", _TRUNK, _check(known, valid=True, fewest=9), needs="0", alone=0.6, against=against),
        *after("phone", _WORDS, _VALUE, _check(known, valid=False, fewest=7), _HEADERS, fillers=1),
    )


PHONES = phones()
