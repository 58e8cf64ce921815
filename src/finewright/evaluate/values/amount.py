"""An amount in a text: its number, scale, sign, and its currency or unit. Exact: decimals, no floats. Knows no tasks.

As accounts write it: commas, spaces and apostrophes set thousands apart, parentheses make an amount negative, and
"million" or "%" stand behind the number and count.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from finewright.evaluate.values.currency import CODES, NAMES, SIGNS, currency_code

_SCALES = {
    **dict.fromkeys(("thousand", "thousands", "k"), Decimal(1_000)),
    **dict.fromkeys(("million", "millions", "mio", "mn", "m"), Decimal(1_000_000)),
    **dict.fromkeys(("billion", "billions", "bn", "b"), Decimal(1_000_000_000)),
    **dict.fromkeys(("trillion", "trillions", "tn"), Decimal(1_000_000_000_000)),
    **dict.fromkeys(("percentage points", "percentage point", "percent", "per cent", "pct", "%"), Decimal("0.01")),
    **dict.fromkeys(("basis points", "basis point", "bps"), Decimal("0.0001")),
}
_GAP = " '’\u00a0\u2009\u202f"  # sets thousands apart; so does a comma
_POINTS = r"\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,}"  # 1.234,50 and 1.234.567
_COMMA = rf"\d{{1,3}}(?:[{_GAP}]\d{{3}})+,\d{{1,2}}(?!\d)|\d+,\d{{1,2}}(?!\d|,)"  # 1 234,50 and 12,5
_GROUPS = rf"\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d{{1,3}}(?:[{_GAP}]\d{{3}})+(?:\.\d+)?"  # 1,234.50 and 1 234.50
_PLAIN = r"\d+(?:\.\d+)?(?:e[+-]?\d{1,3})?|\.\d+"
_MINUS = r"[-\u2212\u2013]"


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_MONEY = rf"(?:{_any(SIGNS)}|(?:{_any(CODES)}|{_any(NAMES)})(?![a-z]))"
_AMOUNT = re.compile(
    rf"(?P<open>\(\s*)?(?<![\w.,])(?P<minus>{_MINUS})?(?:(?P<before>{_MONEY})\s*)?(?P<inner>\(|{_MINUS})?"
    rf"(?P<number>{_POINTS}|{_COMMA}|{_GROUPS}|{_PLAIN})(?P<close>\s*\))?"
    rf"(?:[\s-]*(?P<scale>%|(?:{_any(_SCALES)})(?![a-z])))?(?P<end>\s*\))?(?:\s*(?P<after>{_MONEY}))?(?P<last>\s*\))?",
    re.IGNORECASE,
)
_UNIT = re.compile(r"[\s-]*(?P<unit>[^\W\d_][\w²³/°]*|°[CF])\s*\)?\s*[.!]?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its scale and sign applied, and the ISO code or unit that it is of, None where none is named."""

    value: Decimal
    unit: str | None = None

    def near(self, other: "Amount", tolerance: float = 0.0) -> bool:
        """Whether the other's number is no further off than this share of this one's size."""
        return abs(self.value - other.value) <= Decimal(str(tolerance)) * abs(self.value)

    def clashes(self, other: "Amount") -> bool:
        """Whether both name what they are of, and name different things."""
        return None not in (self.unit, other.unit) and self.unit != other.unit


def read_amount(text: str) -> Amount | None:
    """The one amount that a text holds; None where it holds none, or several to choose from. Never raises."""
    said = text.strip()
    found = [match for match in _AMOUNT.finditer(said) if not _within_word(said, match)]
    if len(found) != 1:
        return None
    (match,) = found
    value = _decimal(match["number"]) * _SCALES[match["scale"].lower()] if match["scale"] else _decimal(match["number"])
    return Amount(-value if _negative(match) else value, _unit(said, match))


def figures_in(text: str) -> list[tuple[Decimal, Decimal | None]]:
    """Every number in a text without its sign, and the scale behind it, None where there is none. Never raises."""
    found = (match for match in _AMOUNT.finditer(text) if not _within_word(text, match))
    return [(_decimal(one["number"]), _SCALES[one["scale"].lower()] if one["scale"] else None) for one in found]


def _within_word(text: str, match: re.Match[str]) -> bool:
    """Whether the number is part of a name or an ordinal, such as Q4 or 3rd."""
    begins = match.start("number")
    before = text[begins - 1 : begins] if not match["before"] else ""
    return before.isalpha() or text[match.end() : match.end() + 1].isalnum()


def _negative(match: re.Match[str]) -> bool:
    opened = match["open"] or match["inner"] == "("
    closed = match["close"] or match["end"] or match["last"]
    minus = bool(match["minus"]) != (bool(match["inner"]) and match["inner"] != "(")
    return minus or bool(opened and closed)


def _unit(text: str, match: re.Match[str]) -> str | None:
    money = match["before"] or match["after"]
    if money:
        return currency_code(money)
    behind = _UNIT.fullmatch(text, match.end())
    return behind["unit"].lower().removesuffix("s") if behind else None


def _decimal(number: str) -> Decimal:
    if re.fullmatch(_POINTS, number):
        number = number.replace(".", "").replace(",", ".")
    elif re.fullmatch(_COMMA, number):
        number = number.replace(",", ".")
    return Decimal(re.sub(rf"[,{_GAP}]", "", number))
