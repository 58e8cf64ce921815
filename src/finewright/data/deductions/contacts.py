"""An invented contact of each customer: name, e-mail, phone, street, bank account and tax number, by its currency.

Nobody's: names are put together from made-up lists, addresses are at `.example` (RFC 2606) in towns that do not exist,
telephone numbers come from the ranges kept for fiction (Germany, Britain, Sweden, North America), bank codes are ones
that no bank has, with right check digits. Customers without a range of their own country call from a German number.
"""

from collections.abc import Callable
from dataclasses import dataclass

from finewright.data.deductions.customers import CUSTOMERS
from finewright.data.deductions.draw import Draw

_GIVEN = {
    "female": ("Marta", "Ilse", "Anya", "Signe", "Priya", "Clara", "Judith", "Nora", "Helena", "Ruth"),
    "male": ("Jonas", "Tom", "Kofi", "Luc", "Dev", "Martin", "Peter", "Oskar", "Henrik", "Walter"),
}
_TITLES = {"female": "Ms", "male": "Mr"}
_FAMILY = (
    "Aldersworth", "Birkenfelder", "Brandacker", "Calverwood", "Dornhofer", "Eastmere", "Falkenrode", "Glenridge",
    "Haselbeck", "Holmstead", "Kirchacker", "Langridge", "Moorbauer", "Netherby", "Northcroft", "Obermeier",
    "Quarnford", "Ravenhurst", "Rosenthaler", "Sandhofer", "Selbourne", "Stockdale", "Tannhauser", "Thornbury",
    "Underwood", "Valmere", "Wexcombe", "Winterhagen", "Yarwood", "Zellmeier",
)  # fmt: skip
_TOWNS = ("Birkenrode", "Eastmarsh", "Falkenau", "Harrowick", "Lindenbrook", "Marrendorf", "Oakhollow", "Steinwede")
_STREETS = {
    "German": ("Lindenweg {n}", "Mühlstraße {n}", "Am Markt {n}", "Gartenstraße {n}"),
    "English": ("{n} Mill Lane", "{n} Station Road", "{n} Church Street", "{n} Orchard Avenue"),
}


@dataclass(frozen=True, slots=True)
class Contact:
    """Whoever writes for a customer. `account` and `tax` are whole phrases, with the word that says what they are."""

    given: str
    family: str
    title: str
    company: str
    email: str
    phone: str
    address: str
    account: str
    tax: str
    number: str

    @property
    def name(self) -> str:
        """Given and family name."""
        return f"{self.given} {self.family}"


def contact(seed: int, customer: str) -> Contact:
    """The contact of a customer of `CUSTOMERS`, the same in all its messages."""
    draw = Draw(seed, f"contact of {customer}")
    currency = next(currency for name, currency, _ in CUSTOMERS if name == customer)
    of = _COUNTRIES[currency]
    sex = draw.pick("sex", ("female", "male"))
    given, family = draw.pick("given", _GIVEN[sex]), draw.pick("family", _FAMILY)
    street = draw.pick("street", _STREETS[of.streets]).format(n=draw.number("house", 2, 98))
    return Contact(
        given=given,
        family=family,
        title=_TITLES[sex],
        company=f"{customer} {of.form}",
        email=f"{given}.{family}@{customer.replace(' ', '-')}.example".lower(),
        phone=of.phone(draw),
        address=f"{street}, {of.post(draw).format(town=draw.pick('town', _TOWNS))}",
        account=of.account(draw),
        tax=of.tax(draw),
        number=f"customer no. {draw.digits('customer', 6)}",
    )


def _iban(country: str, bank: str, digits: int) -> Callable[[Draw], str]:
    """An account at a bank code that does not exist, check digits by ISO 13616, in groups of four."""

    def account(draw: Draw) -> str:
        from stdnum import iban

        number = bank + str(draw.number("account", 0, 10**digits - 1)).zfill(digits)
        return f"IBAN {iban.format(country + iban.calc_check_digits(f'{country}00{number}') + number)}"

    return account


def _checked(form: str, digits: int, scheme: str) -> Callable[[Draw], str]:
    """A tax number that begins as none that was given out does, its check digits found by trying all of them."""

    def tax(draw: Draw) -> str:
        from importlib import import_module

        module = import_module(f"stdnum.{scheme}")
        start = draw.number("tax", 0, 10**digits - 1)
        tried = (form.format(str((start + step) % 10**digits).zfill(digits)) for step in range(10**digits))
        return next(number for number in tried if module.is_valid(number.rpartition(" ")[2]))

    return tax


def _phone(form: str, low: int, high: int) -> Callable[[Draw], str]:
    return lambda draw: form.format(draw.number("phone", low, high))


def _post(form: str, low: int, high: int) -> Callable[[Draw], str]:
    return lambda draw: form.replace("#", str(draw.number("post code", low, high)))


def _numbered(form: str, digits: int) -> Callable[[Draw], str]:
    return lambda draw: form.format(draw.digits("account", digits))


@dataclass(frozen=True, slots=True)
class _Country:
    """How a country's contacts are written; `post` is its post code and town."""

    form: str
    account: Callable[[Draw], str]
    tax: Callable[[Draw], str]
    phone: Callable[[Draw], str]
    streets: str
    post: Callable[[Draw], str]


_BERLIN = _phone("+49 30 23125 {:03}", 0, 999)
_COUNTRIES = {
    "EUR": _Country(
        *("GmbH", _iban("DE", "90000000", 10), _checked("VAT ID DE9999{}", 5, "eu.vat"), _BERLIN),
        *("German", _post("# {town}", 99900, 99999)),
    ),
    "CHF": _Country(
        *("AG", _iban("CH", "99999", 12), _checked("UID CHE999{}", 6, "ch.uid"), _BERLIN),
        *("German", _post("# {town}", 9900, 9999)),
    ),
    "PLN": _Country(
        *("Sp. z o.o.", _iban("PL", "99999999", 16), _checked("VAT ID PL9999{}", 6, "eu.vat"), _BERLIN),
        *("English", _post("99-# {town}", 100, 999)),
    ),
    "SEK": _Country(
        *("AB", _iban("SE", "999", 17), _checked("VAT ID SE9999{}01", 6, "eu.vat")),
        *(_phone("+46 8 465 004 {:02}", 0, 99), "English", _post("999 # {town}", 10, 99)),
    ),
    "GBP": _Country(
        *("Ltd", _iban("GB", "TEST", 14), _checked("VAT ID GB9{}", 8, "gb.vat")),
        *(_phone("+44 20 7946 0{:03}", 0, 999), "English", _post("{town} ZZ9 #ZZ", 1, 9)),
    ),
    "USD": _Country(
        *("Inc.", _numbered("account no. {}", 10), _checked("EIN 99-{}", 7, "us.ein")),
        *(_phone("+1 212 555 01{:02}", 0, 99), "English", _post("{town}, NY 000#", 10, 99)),
    ),
    "CAD": _Country(
        *("Inc.", _numbered("account no. {}", 10), _checked("BN 999{}", 6, "ca.bn")),
        *(_phone("+1 416 555 01{:02}", 0, 99), "English", _post("{town}, ON Z9Z #Z9", 1, 9)),
    ),
}
"""By currency."""
