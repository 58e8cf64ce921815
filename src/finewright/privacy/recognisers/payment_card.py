"""Payment cards: an issuer's prefix and length (ISO/IEC 7812) and the Luhn digit.

Every tenth number passes Luhn, so a number that stands after "invoice" or "order" is not taken, and what has another
prefix, or a length that articles and references have as well (12 and 13 digits), needs a word.
"""

import re

from finewright.privacy.recogniser import Check, Recogniser
from finewright.privacy.recognisers.after import DIGITS
from finewright.privacy.recognisers.number_like import OTHER_NUMBERS
from finewright.privacy.recognisers.standard import bare, luhn

_EDGE = (
    r"(?<![^\W_][0-9])(?<![0-9][.,][0-9])(?<![^\W_]-[0-9])(?<![0-9]/[0-9])"
    r"(?<![A-Z]{2}[0-9]{2} [0-9])(?<![0-9]{4} [0-9])"
)
_END = r"(?![^\W_]|[-/.]?[0-9])"
_USUAL = re.compile(
    r"[1-69]" + _EDGE + r"(?:(?<=[2-69])[0-9]{3}([ -]?)[0-9]{4}\1[0-9]{4}\1[0-9]{4}"
    r"|(?<=3)[47][0-9]{2}([ -]?)[0-9]{6}\2[0-9]{5}"
    r"|(?<=3)[47][0-9]{2}([ -]?)[0-9]{4}\3[0-9]{4}\3[0-9]{3}"
    r"|(?:(?<=1)800|(?<=2)131)([ -]?)[0-9]{4}\4[0-9]{4}\4[0-9]{3}"
    r"|(?<=3)[0689][0-9]{2}([ -]?)[0-9]{6}\5[0-9]{4}"
    r"|(?<=[456])[0-9]{3}([ -]?)[0-9]{4}\6[0-9]{4}\6[0-9]{4}\6[0-9]{3})" + _END
)
_RARE = re.compile(r"[3-6]" + _EDGE + r"[0-9]{3}(?:[ -]?[0-9]{4}){2,3}(?:[ -]?[0-9]{1,3})?" + _END)

_ISSUERS = re.compile(
    r"4|5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720|3[47]|30[0-5]|309|3[689]|35(?:2[89]|[3-8])|6011|64[4-9]|65|62|60|63|67|"
    r"50|5[6-8]|220[0-4]|9792|81|82|1800|2131"
)
_WORDS = frozenset({
    "card", "cards", "visa", "mastercard", "amex", "american express", "maestro", "discover", "diners", "jcb",
    "unionpay",
    "pan", "karte", "kreditkarte", "kartennummer", "carte", "tarjeta",  "cartão",
    "cartao",
     "creditcard", "kart", "karta",
})  # fmt: skip


def _card(written: str) -> str | None:
    """By the ranges that issuers have today, in a usual length."""
    return _luhn(written) if _ISSUERS.match(bare(written)) else None


def _luhn(written: str) -> str | None:
    """By the digit alone, where a word says that it is a card: an issuer's ranges and lengths change."""
    number = bare(written)
    return number if len(set(number)) > 1 and luhn(number) else None


def _recogniser(pattern: re.Pattern[str], check: Check, alone: float) -> Recogniser:
    return Recogniser(
        "payment_card", pattern, check, needs=DIGITS, proves=True, context=_WORDS, against=OTHER_NUMBERS,
        headers=frozenset({"card", "cardnumber", "cardno", "pan", "creditcard", "cc", "ccnumber", "kartennummer"}),
        alone=alone, near=0.98,
    )  # fmt: skip


PAYMENT_CARDS = (_recogniser(_USUAL, _card, 0.85), _recogniser(_RARE, _luhn, 0.0))
