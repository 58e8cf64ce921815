"""Telephone numbers: international and national ones, as the library `phonenumbers` knows each country's plan.

The library is asked last, about what already looks like a number: by its plus sign, its grouping or the word before it.
"""

import re
from collections.abc import Sequence

from finewright.privacy.recogniser import Check, Recogniser
from finewright.privacy.recognisers.after import DIGITS, after
from finewright.privacy.recognisers.number_like import dated

REGIONS = (
    "US", "GB", "DE", "FR", "IT", "ES", "NL", "AT", "CH", "AU", "IN", "BR", "JP", "IE", "BE", "SE", "FI", "DK", "NO",
    "PL", "PT", "GR", "HU", "RO", "SK", "TR", "IL", "AE", "ZA", "NZ", "KR", "MX", "AR",
)  # fmt: skip
"""Whose national numbers are known where nothing else is said, the first before the others."""

_EXTENSION = r"(?:[ ,]{0,2}(?:x|[Ee]xtn?\.?|[Ee]xtension|Durchwahl|DW|poste|#)[ .]?[0-9]{1,6})?"
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
    r"[(0-9](?<![^\W_][(0-9])(?<![0-9][-./,][(0-9])(?:(?<=\()[0-9]{3}\)[ /.-]{0,2}[0-9]{3}[-. ]?[0-9]{4}"
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
_GROUPED = re.compile(
    r"[(1-9](?<![^\W_][(1-9])(?<![0-9][- ./,+(][(1-9])(?<![$€£¥#][(1-9])(?:"
    r"(?<=[1-9])[0-9]{2}[ ][0-9]{3}[ ][0-9]{4}|(?<=[1-9])[0-9]{2}([ .])[0-9]{2}\1[0-9]{2}\1[0-9]{2}"
    r"|(?<=[1-9])[0-9]([- .])[0-9]{3}\2[0-9]{2}\2[0-9]{2}|(?<=[1-9])[0-9]{2}[ ][0-9]{2}[ ][0-9]{3}"
    r"|(?<=[6-9])[0-9]{4}[ ][0-9]{5}|(?<=1)[3-9][0-9]([- ])[0-9]{4}\3[0-9]{4}|(?<=[2-9])[0-9][ ][0-9]{4}[ ][0-9]{4}"
    r"|(?:(?<=\()[1-9]|(?<=[1-9]))[0-9]\)?[- ]9?[0-9]{4}-[0-9]{4}|(?<=3)[0-9]{2}[- ][0-9]{7}"
    r"|(?<=8)[ ]?\(?[3489][0-9]{2}\)?[ ][0-9]{3}[- ][0-9]{2}[- ][0-9]{2})"
    + _EXTENSION
    + r"(?![^\W_]|[-./, ]{1,2}[0-9]|[ ]?[%€$£=])"
)
"""Groupings of national numbers without a zero that sums, dates and cards do not have: 3-3-4, 3-2-2-2, 2-3-2-2, 3-2-3,
5-5, 3-4-4, 2-4-4, two and a hyphened eight or nine, 3-7, and 8 with ten more."""
_GROUPING = ("US", "IT", "ES", "PL", "NO", "IN", "CN", "BR", "RU", "MX", "GR", "CH", "PT", "TR")
_LETTERS = re.compile(
    r"[TMPFHC](?<![^\W_][TMPFHC])(?<!['’.&-][TMPFHC])(?:[.:]{1,2}[ \t]{0,3}|[ \t]{1,3}(?=[+(0]))"
    r"(?P<value>\+?[(0-9](?:[ ./\-]{0,2}[()]?[ \-]?[0-9]){6,16}" + _EXTENSION + r"(?![^\W_]|[,.][0-9]))"
)
"""T: M: P: F: H: C: before a number, as in signatures."""
_LABELLED = re.compile(
    r"[(+0-9](?<![^\W_][(+0-9])(?<![0-9][- ./,+(][(+0-9])(?<![$€£¥][(+0-9])(?:[ ./\-]{0,2}[()]?[ \-]?[0-9]){6,16}"
    + _EXTENSION
    + r"(?=[ \t]{0,3}[-–,(\[]?[ \t]?(?i:office|home|mobile|mob|cell|fax|work|phone|tel|direct|desk|landline|mobil|"
    r"handy|privat|büro|bureau|oficina|móvil|casa|ufficio|[mhwcof](?=[)\]]))\.?[)\]]?[ \t]*(?:[\n;,|/]|\Z))"
)
"""A number and what it rings: "416 60 039 office", at the end of a line or before a comma."""
_WORDS = (
    "phone", "telephone", "tel", "mobile", "mob", "cell", "cellphone", "cell phone", "fax", "call", "call me",
    "call me at", "call me on", "call us at", "call us on", "reach me at", "ring", "dial",
    "text", "sms", "whatsapp", "landline", "hotline", "telefon", "telefonnummer", "tel.-nr", "telefonnr", "mobil",
    "mobilnummer", "handy", "handynummer", "rufnummer", "anruf", "téléphone", "portable",
    "tél", "tlf", "appelez", "teléfono", "telefono", "móvil", "movil", "celular", "llamar", "llame", "cellulare",
    "telefone", "telemóvel", "telefoon", "mobiel", "contact", "answer at", "answering at", "reached at", "reach us at",
    "message to", "messages to", "messages from", "desk", "direct line", "direct dial", "helpline", "switchboard",
    "voicemail", "viber", "signal", "ring us", "give me a ring", "telephone no", "mobile no", "puhelin", "puh", "gsm",
    "komórka", "telefonszám", "тел", "телефон", "моб", "τηλ", "τηλέφωνο", "电话", "電話", "手机", "전화",
    *(f"{verb} {whom} {at}" for verb in ("call", "reach", "ring", "text", "phone")
      for whom in ("me", "us", "him", "her", "them", "you") for at in ("at", "on", "under")),
)  # fmt: skip
_NUMBERS = tuple(
    f"{whose} number"
    for whose in (
        "my", "your", "his", "her", "our", "their", "new", "old", "work", "home", "office", "daytime", "evening",
        "emergency", "contact",
    )
)  # fmt: skip
_HEADERS = (
    "phone", "phoneno", "phonenumber", "phonenum", "telephone", "telephonenumber", "tel", "telno", "mobile",
    "mobileno", "mobilenumber", "mobilephone", "cell", "cellphone", "fax", "faxnumber", "telefon", "telefonnummer",
    "mobil", "handy", "handynummer", "rufnummer", "téléphone", "portable", "teléfono", "telefono", "móvil",
    "celular", "cellulare", "telefone", "telemóvel", "telefoon", "homephone", "workphone", "contactnumber",
)  # fmt: skip
_VALUE = r"\+?[(0-9](?:[ ./\-]{0,2}[()]?[ \-]?[0-9]){5,16}" + _EXTENSION + r"(?![^\W_]|[,.][0-9])"
_EXTENDED = re.compile(r"(?i:x|extn?\.?|extension|durchwahl|dw|poste|#)[ .]?[0-9]{1,6}$")


_AGAINST = frozenset({
    "invoice", "order", "rechnung", "account", "konto", "sort code", "policy", "contract", "version", "iban", "vat",
    "tax", "steuernummer", "ref", "reference", "case", "ticket", "serial", "tracking", "part", "part no", "isbn",
    "isin", "total", "amount", "sum", "page", "row", "qty", "eur", "usd", "gbp", "chf", "pln", "customer", "blz",
    "kunde",
})  # fmt: skip
"""Words after which a number that only looks like one of a telephone is something else."""


_SOCIAL = re.compile(r"[0-9]{3}[- ][0-9]{2}[- ][0-9]{4}")
"""The grouping of a social security number, which is no telephone's."""


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
        if not fewest <= _digits(written) <= 15 or dated(written) or _SOCIAL.fullmatch(written):
            return None
        known = _canonical(written, regions, valid=valid)
        return known or ("".join(filter(str.isdigit, written)) if kept else None)

    return check


def phones(regions: Sequence[str] = REGIONS) -> tuple[Recogniser, ...]:
    """The recognisers of telephone numbers: `regions` (ISO 3166, "DE") whose national numbers are to be known."""
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
            against=_AGAINST,
        ),
        Recogniser("phone", _TRUNK, _check(known, valid=True, fewest=9), needs="0", alone=0.6, against=_AGAINST),
        Recogniser("phone", _GROUPED, _check(_GROUPING, valid=True), needs=DIGITS, alone=0.55, against=_AGAINST),
        Recogniser("phone", _LABELLED, _check(known, valid=False, fewest=7, kept=True), needs=DIGITS, alone=0.8),
        Recogniser("phone", _LETTERS, _check((*known, *_GROUPING), valid=True, fewest=7), needs=DIGITS, alone=0.75),
        *after("phone", _NUMBERS, _VALUE, _check((*known, *_GROUPING), valid=True), (), score=0.9)[:1],
        *after("phone", _WORDS, _VALUE, _check(known, valid=False, fewest=7), _HEADERS, fillers=1),
    )


PHONES = phones()
