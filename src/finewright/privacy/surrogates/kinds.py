"""The maker of each kind, and what a kind without one gets. Knows the kinds, and no text."""

import re
from collections.abc import Mapping

from finewright.privacy.finding import Finding
from finewright.privacy.keyed import Keyed
from finewright.privacy.surrogates.address import address, place
from finewright.privacy.surrogates.bic import bic
from finewright.privacy.surrogates.birth_date import birth_date
from finewright.privacy.surrogates.code import numbered, patterned
from finewright.privacy.surrogates.company import company
from finewright.privacy.surrogates.email import email
from finewright.privacy.surrogates.iban import iban
from finewright.privacy.surrogates.ip import ip
from finewright.privacy.surrogates.payment_card import payment_card
from finewright.privacy.surrogates.person import person
from finewright.privacy.surrogates.phone import phone
from finewright.privacy.surrogates.registered import REGISTERED, registered
from finewright.privacy.surrogates.secret import secret
from finewright.privacy.surrogates.surrogate import Maker, Surrogate
from finewright.privacy.surrogates.tax import taxed
from finewright.privacy.surrogates.wallet import wallet

OWN = "own:"
MAKERS: dict[str, Maker] = {
    "person": person, "company": company, "email": email, "phone": phone, "address": address, "place": place,
    "birth_date": birth_date, "ip": ip, "payment_card": payment_card, "iban": iban, "bic": bic, "wallet": wallet,
    "secret": secret,
    **{kind: registered(kind) for kind in REGISTERED},
    **{kind: taxed(kind) for kind in ("tax_id", "vat")},
    **{kind: numbered(kind) for kind in ("account", "sort_code", "invoice", "order", "customer", "case")},
}  # fmt: skip
_NONE: Mapping[str, re.Pattern[str]] = {}


def made(keyed: Keyed, finding: Finding, surface: str, own: Mapping[str, re.Pattern[str]] = _NONE) -> Surrogate:
    """The surrogate of a finding, in the form of `surface`, which is never what it gives.

    own  a team's patterns by kind, so that their surrogates match them too

    Where nothing in the surface can change, the kind itself stands there with a number: "[own:deal 3f9a1c]".
    """
    kind = finding.kind
    maker = MAKERS.get(kind) or patterned(kind, own.get(kind))
    new = maker(keyed, finding.value, surface)
    if new.text == surface or not new.text:
        return Surrogate(f"[{kind} {keyed.digest(kind, finding.value).hex()[:12]}]", 2.0**48)
    return new
