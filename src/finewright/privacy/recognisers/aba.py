"""American routing numbers: nine digits, a Federal Reserve prefix, and a digit that every tenth number has too.

Checksum: 3, 7, 1 weights, mod 10 (American Bankers Association, Key to Routing Numbers).
"""

import re

from finewright.privacy.recogniser import Recogniser
from finewright.privacy.recognisers.after import DIGITS
from finewright.privacy.recognisers.number_like import OTHER_NUMBERS
from finewright.privacy.recognisers.standard import bare, conforms

_PATTERN = re.compile(
    r"[0-36-8](?<![^\W_][0-9])(?<![0-9][.,][0-9])[0-9]{3}([ -]?)[0-9]{4}\1[0-9](?![^\W_]|[-/.,]?[0-9])"
)
_WORDS = frozenset(
    {"aba", "routing", "rtn", "routing number", "transit", "fedwire", "rt", "aba/rtn", "aba#", "rtn#", "ach"}
)


def _routing(written: str) -> str | None:
    number = bare(written)
    known = number[:2] <= "12" or "21" <= number[:2] <= "32" or "61" <= number[:2] <= "72" or number[:2] == "80"
    return number if known and number[:2] != "00" and conforms("us.rtn", number) else None


ABA = Recogniser(
    "aba", _PATTERN, _routing, needs=DIGITS, proves=True, context=_WORDS, alone=0.3, near=0.9,
    headers=frozenset({"aba", "routing", "rtn", "routingnumber", "abanumber", "abartn", "routingno", "transitnumber"}),
    against=OTHER_NUMBERS | {"account", "acct", "ssn", "customer", "client", "cusip", "ein"},
)  # fmt: skip
