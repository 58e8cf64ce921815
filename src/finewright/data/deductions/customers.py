"""Forty-eight invented customers, each with habits of its own: currency, notation, tone, words, carelessness.

A test set of customers never seen in training is thus a test of more than the memory of phrases.
"""

from dataclasses import dataclass

from finewright.data.deductions.draw import Draw
from finewright.data.deductions.money import Money

_CUSTOMERS = {
    "EUR": (
        "Birkenloh Handel", "Eschenrode Handel", "Hartzingen Handel", "Marrendorf Handel", "Ostravelle Markets",
        "Sundermark Drogerie", "Vierlanden Kontor", "Wolframsau Handel", "Lorrimont Markets", "Vellacourt Stores",
        "Rossveld Wholesale", "Fennimar Markets",
    ),
    "USD": (
        "Aldermoor Foods", "Brackenfield Stores", "Calverin Grocers", "Drumshiel Stores", "Gantridge Trading",
        "Hollinbeck Foods", "Jarrowmont Stores", "Mossgrove Trading", "Quarrendon Trading", "Corvandale Foods",
    ),
    "GBP": (
        "Ashgarth Drugstores", "Elmhaugh Drugstores", "Inchbarrow Foods", "Nethercombe Stores", "Oakhampton Vale Foods",
        "Pellingham Foods", "Thistlebourne Foods", "Yarrowdene Markets",
    ),
    "CHF": ("Dornwick Wholesale", "Kaltwasen Handel", "Zellenbruck Handel", "Umberley Foods"),
    "CAD": ("Glenmorrow Markets", "Keldmarsh Grocers", "Ravensmead Stores", "Westrigg Wholesale", "Tarnholt Grocers"),
    "SEK": ("Farnesund Handel", "Ivenstad Handel", "Lindqvar Dagligvaror", "Norrbacka Livs", "Bruntsholm Wholesale"),
    "PLN": ("Plockovice Hurt", "Zawadowka Hurt", "Stavenlund Handel", "Uplandia Markets"),
}  # fmt: skip
CUSTOMERS = tuple((name, currency, place) for currency, names in _CUSTOMERS.items() for place, name in enumerate(names))
"""Name and currency of each customer, and its place among those of that currency."""

_NOTATIONS = {
    "EUR": ("1.240,50", "1240,50", "1 240,50", "1240.5"),
    "USD": ("1,240.50", "1240.50", "1240.5"),
    "GBP": ("1,240.50", "1240.50"),
    "CHF": ("1'240.50", "1240.50"),
    "CAD": ("1,240.50", "1240.50"),
    "SEK": ("1 240,50", "1240,50"),
    "PLN": ("1 240,50", "1240,50"),
}

_UNITS = (("cases", "case"), ("cs", "cs"), ("cartons", "carton"), ("ctn", "ctn"), ("units", "unit"), ("pcs", "pc"))
_BEFORE, _AFTER = ("code before", "code after", "symbol before"), ("code before", "code after", "symbol after")
_PLACES = {
    "EUR": (*_BEFORE, "symbol after", "code joined"),
    "USD": (*_BEFORE, "symbol before", "code joined"),
    "GBP": (*_BEFORE, "symbol before"),
    "CHF": _BEFORE,
    "CAD": _BEFORE,
    "SEK": _AFTER,
    "PLN": (*_AFTER, "code joined"),
}


@dataclass(frozen=True, slots=True)
class Customer:
    """Who writes. `styles` and `alikes` are what this customer uses most; `typos` is the share of rows with one."""

    name: str
    money: Money
    label: str
    spaced: bool
    styles: tuple[str, ...]
    alikes: tuple[str, ...]
    units: tuple[str, str]
    case: str
    greeting: str
    signature: str
    short: bool
    typos: float


def customer(seed: int, index: int, styles: tuple[str, ...], alikes: tuple[str, ...]) -> Customer:
    """The customer of this index (0 to 47). Notations are dealt out in turn, so that each occurs under every seed."""
    name, currency, place = CUSTOMERS[index]
    draw = Draw(seed, name)
    notation = _NOTATIONS[currency][place % len(_NOTATIONS[currency])]
    given = draw.pick("given", ("Marta", "Jonas", "Priya", "Tom", "Ilse", "Kofi", "Anya", "Luc", "Signe", "Dev"))
    return Customer(
        name=name,
        money=Money(notation, draw.pick("place", _PLACES[currency]), currency),
        label=draw.pick(
            "label", ("invoice", "inv", "Inv.", "invoice no.", "inv #", "bill", "document", "your ref", "#")
        ),
        spaced=draw.chance("spaced", 0.12),
        styles=draw.some("styles", styles, 2),
        alikes=draw.some("alikes", alikes, 4),
        units=draw.pick("units", _UNITS),
        case=draw.pick("case", ("as is", "as is", "as is", "lower", "upper")),
        greeting=draw.pick("greeting", ("Hello,", "Hi,", "Dear team,", "Good morning,", "Dear Sirs,", "Hi all,", "")),
        signature=draw.pick(
            "signature", (given, f"{given}, AP", f"Regards, {given}", f"Thanks, {given}", f"BR {given}", "")
        ),
        short=draw.chance("short", 0.3),
        typos=draw.pick("typos", (0.0, 0.1, 0.3, 0.6)),
    )
