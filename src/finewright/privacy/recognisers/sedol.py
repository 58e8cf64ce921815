"""British securities (SEDOL): seven characters without vowels, the last a check digit; every tenth code has it."""

import re

from finewright.privacy.recogniser import Recogniser
from finewright.privacy.recognisers.after import DIGITS
from finewright.privacy.recognisers.standard import standard

_PATTERN = re.compile(r"[0-9B-DF-HJ-NP-TV-Z](?<![^\W_][0-9A-Z])[0-9B-DF-HJ-NP-TV-Z]{5}[0-9](?![^\W_]|[-/.,][0-9])")

SEDOL = Recogniser(
    "sedol", _PATTERN, standard("gb.sedol"), needs=DIGITS, proves=True, alone=0.2, near=0.95,
    against=frozenset({"cusip", "account", "sort code"}),
    context=frozenset({"sedol", "sedols", "sedol#"}), headers=frozenset({"sedol", "sedolcode", "sedolno"}),
)  # fmt: skip
