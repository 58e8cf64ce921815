"""American and Canadian securities (CUSIP): nine characters the last one a check digit; every tenth code has it."""

import re

from finewright.privacy.recogniser import Recogniser
from finewright.privacy.recognisers.after import DIGITS
from finewright.privacy.recognisers.standard import standard

_PATTERN = re.compile(r"[0-9A-Z](?<![^\W_][0-9A-Z])[0-9]{2}[0-9A-Z]{3}[ ]?[0-9A-Z]{2}[ ]?[0-9](?![^\W_]|[-/.,][0-9])")

CUSIP = Recogniser(
    "cusip", _PATTERN, standard("cusip"), needs=DIGITS, proves=True, alone=0.3, near=0.95,
    against=frozenset({"aba", "routing", "rtn", "sedol", "account"}),
    context=frozenset({"cusip", "cusips", "cins", "cusip#"}),
    headers=frozenset({"cusip", "cusipnumber", "cusipno", "cins"}),
)  # fmt: skip
