"""International bank account numbers: country, length and check digits (ISO 13616, ISO/IEC 7064 mod 97-10)."""

import re

from finewright.privacy.recogniser import Recogniser
from finewright.privacy.recognisers.after import DIGITS
from finewright.privacy.recognisers.standard import bare

_LENGTHS = {
    15: "NO", 16: "BE", 18: "DK FI FK FO GL NL SD", 19: "MK SI", 20: "AT BA EE KZ LT LU MN XK", 21: "CH HR LI LV",
    22: "BG BH CR DE GB GE IE ME RS VA", 23: "AE GI IL IQ OM SO TL", 24: "AD CZ ES MD PK RO SA SE SK TN VG",
    25: "LY PT ST", 26: "IS TR", 27: "BI DJ FR GR IT MC MR SM", 28: "AL AZ BY CY DO GT HN HU LB NI PL SV",
    29: "BR EG PS QA UA",
    30: "JO KW MU YE", 31: "MT SC", 32: "LC", 33: "RU",
}  # fmt: skip
"""ISO 13616 registry: the length of each country's numbers, in characters without blanks."""


def _form() -> str:
    """The country's own length, so that a word that follows the number is not taken for its end."""
    by_length = "|".join(
        rf"(?<={'|'.join(f'(?i:{country})[0-9][0-9]' for country in countries.split())})"
        rf"(?:[ .\-\u00a0]?[0-9A-Za-z]){{{length - 4}}}"
        for length, countries in _LENGTHS.items()
    )
    return rf"[A-Za-z](?<![^\W_][A-Za-z])[A-Za-z][0-9][0-9](?:{by_length})(?![^\W_])"


def _validated(written: str) -> str | None:
    # The registry's lengths and structures, without the national check digits: those of a made-up or foreign
    # booking system are often wrong while the account is as real as any.
    from stdnum import iban
    from stdnum.exceptions import ValidationError

    try:
        return iban.validate(bare(written), check_country=False)
    except ValidationError:
        return None


IBAN = Recogniser(
    "iban", re.compile(_form()), _validated, needs=DIGITS, proves=True, alone=1.0, near=1.0,
    headers=frozenset({"iban", "account", "acct", "konto", "accountnumber", "ibannumber"}),
)  # fmt: skip
