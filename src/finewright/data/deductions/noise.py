"""What haste does to words: typing slips, abbreviations, capitals. Never touches a word that holds a digit."""

import re

from finewright.data.deductions.draw import Draw

_SHORT = {
    "invoice": "inv",
    "quantity": "qty",
    "delivery": "dlv",
    "delivered": "dlvd",
    "payment": "pmt",
    "please": "pls",
    "received": "rcvd",
    "deducted": "ded",
    "deduction": "ded",
    "because": "bc",
    "amount": "amt",
    "promotion": "promo",
    "warehouse": "whse",
    "discount": "disc",
    "account": "acct",
    "damage": "dmg",
    "customer": "cust",
    "transport": "trsp",
}
_WORD = re.compile(r"[a-z]+")
_LONG = re.compile(r"(?<![\w-])[a-z]{5,}(?![\w-])")


def shortened(text: str) -> str:
    """Common words as accounts clerks abbreviate them."""
    return _WORD.sub(lambda match: _SHORT.get(match.group(), match.group()), text)


def slipped(draw: Draw, text: str) -> str:
    """The text with one typing slip in one of its longer lower-case words; unchanged where there is none."""
    words = list(_LONG.finditer(text))
    if not words:
        return text
    match = draw.pick("slipped word", words)
    return text[: match.start()] + _slip(draw, match.group()) + text[match.end() :]


def _slip(draw: Draw, word: str) -> str:
    at = draw.number("slip at", 1, len(word) - 2)
    kind = draw.pick("slip kind", ("swap", "drop", "double"))
    if kind == "swap":
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + word[at + 1 :] if kind == "drop" else word[:at] + word[at] + word[at:]


def cased(text: str, case: str) -> str:
    """The text in the customer's letters: "upper", "lower" or "as is"."""
    return {"upper": text.upper(), "lower": text.lower()}.get(case, text)
