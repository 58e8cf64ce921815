"""Legal entity identifiers: twenty characters, the last two check digits (ISO 17442, ISO/IEC 7064 mod 97-10)."""

import re

from finewright.privacy.recogniser import Recogniser
from finewright.privacy.recognisers.after import DIGITS
from finewright.privacy.recognisers.standard import standard

_PATTERN = re.compile(r"[0-9A-Z](?<![^\W_][0-9A-Z])[0-9A-Z]{17}[0-9]{2}(?![^\W_])")


def _entity(written: str) -> str | None:
    # A code all of digits is rather an account or a tracking number: no issuer's prefix and entity code is.
    return None if written.isdigit() else _agrees(written)


_agrees = standard("lei")

LEI = Recogniser(
    "lei", _PATTERN, _entity, needs=DIGITS, proves=True, alone=1.0, near=1.0,
    context=frozenset({"lei"}), headers=frozenset({"lei", "leicode", "legalentityidentifier"}),
)  # fmt: skip
