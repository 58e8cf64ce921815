"""E-mail addresses: the surrogate's names before the @, and behind it a domain of RFC 2606 that follows its company.

john.smith@northwind.com becomes the fictitious John Smith at the fictitious Northwind, under ".example"; addresses of
public providers move to example.com, example.org or example.net. Words for a role (info, billing) stay.
"""

import re

from finewright.privacy.keyed import Keyed
from finewright.privacy.surrogates.characters import exchanged
from finewright.privacy.surrogates.company import domain_label
from finewright.privacy.surrogates.names import given_alone, initial, listed, named
from finewright.privacy.surrogates.surrogate import Surrogate
from finewright.privacy.surrogates.writing import words

_PUBLIC = frozenset(
    words(
        "gmail googlemail outlook hotmail live msn yahoo ymail icloud aol gmx web mail proton protonmail yandex zoho "
        "orange free wanadoo laposte libero virgilio t-online freenet comcast verizon att btinternet sky qq 163 126 "
        "naver daum rediffmail uol terra example"
    )
)
_ROLES = frozenset(
    words(
        "info support sales billing accounts account accounting admin office contact help helpdesk service services "
        "team hr jobs careers press media legal privacy security finance invoice invoices orders order payments "
        "noreply no reply donotreply newsletter marketing hello mail post kontakt rechnung buchhaltung webmaster "
        "postmaster abuse payroll treasury"
    )
)
_SECOND_LEVEL = frozenset(words("co com org net gov ac edu ltd plc gob or ne"))
_HOSTS = _ROLES | frozenset(words("www smtp imap eu us uk de fr corp email"))
_SPELLING = {ord("ä"): "ae", ord("ö"): "oe", ord("ü"): "ue", ord("ß"): "ss", ord("ø"): "o", ord("ł"): "l"}
_TOKEN = re.compile(r"[^\W\d_]+|\d+")


def email(keyed: Keyed, value: str, surface: str) -> Surrogate:
    """Another address; letter case is kept where the whole address is in capitals."""
    local, _, domain = (value if value.count("@") == 1 else surface).rpartition("@")
    new = f"{_local(keyed, local)}@{_domain(keyed, domain.casefold())}"
    if new.casefold() == value.casefold():  # an address that is a surrogate already, by chance
        new = f"{_local(keyed, local + '.' + local)}@{_domain(keyed, domain.casefold())}"
    return Surrogate(new.upper() if surface.isupper() else new, 2.0**60)


def _local(keyed: Keyed, local: str) -> str:
    tokens = [token for token in _TOKEN.finditer(local) if token[0].casefold() not in _ROLES]
    words = [token[0] for token in tokens if not token[0].isdecimal()]
    roles = iter(_roles([word.casefold() for word in words]))
    pieces, read = [], 0
    for token in tokens:
        word = token[0].casefold()
        new = exchanged(keyed, "email digits", word)[0] if word.isdecimal() else _word(keyed, word, next(roles))
        pieces += [local[read : token.start()].casefold(), new]
        read = token.end()
    return "".join([*pieces, local[read:].casefold()])


def _roles(words: list[str]) -> list[str]:
    if len(words) == 1:
        return [_single(words[0])]
    turned = len(words) > 1 and listed(words[-1], "given") and not listed(words[0], "given")
    if turned and not listed(words[-1], "family"):
        return ["family", *["given"] * (len(words) - 1)]
    return [*["given"] * (len(words) - 1), "family"]


def _single(word: str) -> str:
    """The only word of an address: a known name, an initial and a known family name (jsmith), or no name."""
    if listed(word, "family") or listed(word, "given"):
        return "given" if given_alone(word) else "family"
    return "joined" if len(word) > 4 and listed(word[1:], "family") else "none"


def _word(keyed: Keyed, word: str, role: str) -> str:
    if role == "none":  # letter by letter, one to one
        return exchanged(keyed, "email word", word)[0] if word.isascii() else _spelled(named(keyed, word, "family"))
    if role == "joined":
        return initial(keyed, word[0], "given") + _spelled(named(keyed, word[1:], "family"))
    return initial(keyed, word, role) if len(word) == 1 else _spelled(named(keyed, word, role))


def _spelled(name: str) -> str:
    """A name as addresses have it: small letters without marks, umlauts as two letters."""
    from unicodedata import combining, normalize

    small = name.lower().translate(_SPELLING)
    return "".join(letter for letter in normalize("NFKD", small) if not combining(letter))


def _domain(keyed: Keyed, domain: str) -> str:
    labels = domain.split(".")
    top = 2 if len(labels) > 2 and labels[-2] in _SECOND_LEVEL and len(labels[-1]) == 2 else 1
    name = labels[:-top] or labels
    if name[-1] in _PUBLIC:
        return f"example.{keyed.pick(('com', 'org', 'net'), 'provider', domain)}"
    *under, company = name
    return ".".join(
        [
            *(one if one in _HOSTS else domain_label(keyed, one) for one in under),
            domain_label(keyed, company),
            "example",
        ]
    )
