"""International securities identification numbers: a country, nine characters, and the Luhn digit (ISO 6166)."""

import re

from finewright.privacy.recogniser import Recogniser
from finewright.privacy.recognisers.after import DIGITS
from finewright.privacy.recognisers.standard import standard

_PATTERN = re.compile(
    r"[A-Z](?<![^\W_][A-Z])[A-Z][ ]?(?=[A-Z0-9]{2}[A-Z]*[0-9])[A-Z0-9]{9}[ ]?[0-9](?![^\W_]|[-.][0-9])"
)

ISIN = Recogniser(
    "isin", _PATTERN, standard("isin"), needs=DIGITS, proves=True, alone=0.95, near=1.0,
    against=frozenset({"vat", "vat-ue", "nip", "tax", "ust", "tva", "iva"}),
    context=frozenset({"isin", "security", "securities", "wertpapier", "titre", "título", "titolo"}),
    headers=frozenset({"isin", "isincode", "security", "securityid", "instrument"}),
)  # fmt: skip
