"""American social security numbers: no checksum, but area, group and serial that are never given out (ssa.gov)."""

import re

from finewright.privacy.recogniser import Recogniser
from finewright.privacy.recognisers.after import DIGITS
from finewright.privacy.recognisers.number_like import OTHER_NUMBERS
from finewright.privacy.recognisers.standard import bare

_START = r"[0-8](?<![^\W_][0-9])(?<![0-9][-./][0-9])(?:(?<!0)|(?!00))(?:(?<!6)|(?!66))[0-9]{2}"
_END = r"(?![^\W_]|[-/.,]?[0-9])"
_WRITTEN = re.compile(_START + r"-(?!00)[0-9]{2}-(?!0000)[0-9]{4}" + _END)
_PLAIN = re.compile(_START + r"([ .]?)(?!00)[0-9]{2}\1(?!0000)[0-9]{4}" + _END)

_WORDS = frozenset(
    {"ssn", "social security", "social", "ss", "ssns", "social security number", "soc sec", "ss#", "ssn#"}
)
_AGAINST = OTHER_NUMBERS | {
    "customer",
    "client",
    "account",
    "acct",
    "member",
    "kunde",
    "aba",
    "routing",
    "ein",
    "phone",
}
_HEADERS = frozenset(
    {"ssn", "socialsecurity", "socialsecuritynumber", "socialsecurityno", "ssnumber", "ssntin", "taxpayerssn"}
)

SSNS = (
    Recogniser("ssn", _WRITTEN, bare, needs="-", context=_WORDS, headers=_HEADERS, alone=0.7, near=0.95),
    Recogniser("ssn", _PLAIN, bare, needs=DIGITS, context=_WORDS, against=_AGAINST, headers=_HEADERS, near=0.85),
)
