"""American individual taxpayer numbers: a 9, and a group out of those that the IRS gives out; no checksum."""

import re

from finewright.privacy.recogniser import Recogniser
from finewright.privacy.recognisers.standard import bare

_FORM = (
    r"9(?<![^\W_]9)(?<![0-9][-./]9)[0-9]{2}%s(?:5[0-9]|6[0-5]|7[0-9]|8[0-8]|9[0-24-9])%s[0-9]{4}(?![^\W_]|[-/.,]?[0-9])"
)
_WORDS = frozenset({"itin", "itins", "taxpayer", "taxpayer identification", "individual taxpayer", "itin#", "tin"})
_HEADERS = frozenset({"itin", "itinnumber", "taxpayerid", "taxpayeridentificationnumber", "tin"})

ITINS = (
    Recogniser(
        "itin", re.compile(_FORM % ("-", "-")), bare, needs="-", context=_WORDS, headers=_HEADERS, alone=0.7, near=0.95
    ),
    Recogniser(
        "itin", re.compile(_FORM % ("( ?)", r"\1")), bare, needs="9", context=_WORDS, headers=_HEADERS, near=0.85
    ),
)
