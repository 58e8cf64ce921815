"""How people write sums of money. Knows nothing about why the money is written."""

from collections.abc import Callable
from dataclasses import dataclass

SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "CHF": "Fr.", "CAD": "C$", "SEK": "kr", "PLN": "zł"}

NOTATIONS: dict[str, Callable[[int], str]] = {
    "1,240.50": lambda cents: f"{cents // 100:,}.{cents % 100:02}",
    "1240.50": lambda cents: f"{cents // 100}.{cents % 100:02}",
    "1.240,50": lambda cents: f"{cents // 100:,}".replace(",", ".") + f",{cents % 100:02}",
    "1240,50": lambda cents: f"{cents // 100},{cents % 100:02}",
    "1 240,50": lambda cents: f"{cents // 100:,}".replace(",", " ") + f",{cents % 100:02}",
    "1'240.50": lambda cents: f"{cents // 100:,}".replace(",", "'") + f".{cents % 100:02}",
    "1240.5": lambda cents: f"{cents / 100:.2f}".rstrip("0").rstrip("."),
}
"""Cents to text, under the name of what 1240.50 becomes."""

PLACES = {
    "code before": "{code} {sum}",
    "code after": "{sum} {code}",
    "code joined": "{code}{sum}",
    "symbol before": "{symbol}{sum}",
    "symbol after": "{sum} {symbol}",
}
"""Where the currency stands."""


@dataclass(frozen=True, slots=True)
class Money:
    """One customer's way with money: a key of NOTATIONS, a key of PLACES and an ISO 4217 code."""

    notation: str
    place: str
    currency: str

    def plain(self, cents: int) -> str:
        """The sum without its currency."""
        return NOTATIONS[self.notation](cents)

    def text(self, cents: int) -> str:
        """The sum with its currency."""
        symbol = SYMBOLS[self.currency]
        return PLACES[self.place].format(sum=self.plain(cents), code=self.currency, symbol=symbol)
