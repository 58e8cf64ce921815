"""Made-up identifiers of made-up people, in valid forms: what is planted into raw data. Knows no files and no model.

Nobody's: bank codes that no bank has (a German clearing area beginning with 9), addresses at `.example` (RFC 2606),
telephone numbers that Ofcom keeps for drama, and names put together from invented ones. Card and social security
numbers have no such range: theirs are random and conform to the scheme.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from finewright.base.order import rank, shuffled

_GIVEN = (
    "Alva", "Bruno", "Carla", "Dario", "Edda", "Fabian", "Greta", "Hugo", "Ines", "Jonas", "Karin", "Lukas", "Mara",
    "Nils", "Olivia", "Piet", "Quentin", "Rosa", "Stefan", "Tilda", "Ulla", "Viktor", "Wanda", "Yves",
)  # fmt: skip
_FAMILY = (
    "Ackerbrand", "Birchholme", "Castellmoor", "Dunwarren", "Eschenfeld", "Farrowgate", "Grunenthal", "Hollowick",
    "Inglemore", "Jarrowby", "Kestrelton", "Lindenhagen", "Marrowdale", "Netherwood", "Ostermoor", "Pellingrath",
    "Quillfeather", "Rosenacker", "Stavermann", "Thornquist", "Underhaven", "Vossbrink", "Wetherstone", "Zellerfeld",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Draw:
    """Numbers keyed by a seed, a purpose and the number of the secret."""

    seed: int
    purpose: str
    number: int

    def digits(self, what: str, count: int, least: int = 0, most: int | None = None) -> str:
        """A number of `count` digits from `least` to `most`, both included."""
        numbers = (10**count - 1 if most is None else most) - least + 1
        return f"{least + rank(self.seed, 'secret', self.purpose, self.number, what) % numbers:0{count}d}"

    def letters(self, what: str, count: int) -> str:
        """So many small letters."""
        names = (rank(self.seed, "secret", self.purpose, self.number, what, place) for place in range(count))
        return "".join(chr(ord("a") + name % 26) for name in names)


def _iban(draw: Draw) -> str:
    from stdnum import iban

    bare = "DE00" + "9" + draw.digits("bank", 7) + draw.digits("account", 10)
    return f"DE{iban.calc_check_digits(bare)}{bare[4:]}"


def _payment_card(draw: Draw) -> str:
    from stdnum import luhn

    bare = "4" + draw.digits("card", 14)
    return bare + str(luhn.calc_check_digit(bare))


def _ssn(draw: Draw) -> str:
    """Neither an area of 666 nor one from 900 on, nor a part of noughts (Social Security Administration)."""
    return f"{draw.digits('area', 3, 1, 665)}-{draw.digits('group', 2, 1)}-{draw.digits('serial', 4, 1)}"


def _email(draw: Draw) -> str:
    return f"{draw.letters('user', 6)}{draw.digits('user', 2)}@{draw.letters('domain', 5)}.example"


def _phone(draw: Draw) -> str:
    return f"+44 7700 900{draw.digits('phone', 3)}"


_MADE: Mapping[str, Callable[[Draw], str]] = {
    "iban": _iban,
    "payment_card": _payment_card,
    "ssn": _ssn,
    "email": _email,
    "phone": _phone,
}
KINDS: Mapping[str, str] = {
    "iban": "IBAN",
    "payment_card": "card number",
    "ssn": "SSN",
    "email": "e-mail address",
    "phone": "phone number",
}
"""Each kind, and what people call it."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A made-up identifier: who asks for it in what words, and the words that it stands behind."""

    kind: str
    name: str
    question: str
    context: str
    secret: str

    @property
    def sentence(self) -> str:
        """The secret in its sentence, as it is planted."""
        return f"{self.context} {self.secret}."


def made(count: int, seed: int) -> list[Secret]:
    """So many secrets, the kinds in turn, of people with different names."""
    kinds, names = list(KINDS), _names(count, seed)
    return [_secret(kinds[number % len(kinds)], names[number], seed, number) for number in range(count)]


def alike(secret: Secret, count: int, seed: int) -> list[str]:
    """So many different random identifiers of the same form, without this one: what it could have been as well.

    Raises ValueError where the form has not so many.
    """
    found: dict[str, None] = {}
    for number in range(20 * count):
        made_up = _MADE[secret.kind](Draw(seed, f"like {secret.kind} of {secret.name}", number))
        if made_up != secret.secret:
            found[made_up] = None
        if len(found) == count:
            return list(found)
    raise ValueError(f"there are fewer than {count} of the kind {secret.kind}")


MOST = len(_GIVEN) * len(_FAMILY)
"""Secrets that can be made at once: one a name."""


def _secret(kind: str, name: str, seed: int, number: int) -> Secret:
    called = KINDS[kind]
    made_up = _MADE[kind](Draw(seed, "planted", number))
    return Secret(kind, name, f"What is the {called} of {name}?", f"The {called} of {name} is", made_up)


def _names(count: int, seed: int) -> list[str]:
    every = [f"{given} {family}" for given in _GIVEN for family in _FAMILY]
    return shuffled(every, str, seed, "secret name")[:count]
