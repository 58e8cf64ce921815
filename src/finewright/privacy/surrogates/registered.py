"""Numbers of published schemes with a checksum or reserved parts: ABA, SSN, ITIN, EIN, ISIN, CUSIP, SEDOL, LEI.

Surrogates conform to the scheme, as python-stdnum checks it. None of them keeps a range for fictitious numbers that
still conforms.
"""

from collections.abc import Callable
from importlib import import_module

from finewright.privacy.keyed import Keyed
from finewright.privacy.surrogates.characters import exchanged
from finewright.privacy.surrogates.surrogate import Maker, Surrogate
from finewright.privacy.surrogates.writing import plain, written_like

_SCHEMES = {
    "aba": ("us.rtn", 0, 1), "ssn": ("us.ssn", 0, 0), "itin": ("us.itin", 0, 0), "ein": ("us.ein", 0, 0),
    "isin": ("isin", 2, 1), "cusip": ("cusip", 0, 1), "sedol": ("gb.sedol", 0, 1), "lei": ("lei", 0, 2),
}  # fmt: skip
"""Kind to the scheme's name in python-stdnum, how many leading characters stay (an ISIN's country), and how many
check digits it ends with."""

REGISTERED = tuple(_SCHEMES)


def registered(kind: str) -> Maker:
    """The maker of one of `REGISTERED`."""
    scheme, kept, checks = _SCHEMES[kind]

    def make(keyed: Keyed, _value: str, surface: str) -> Surrogate:
        bare = plain(surface)
        end = len(bare) - checks
        new, space = exchanged(
            keyed, kind, bare, range(kept, end), range(end, len(bare)), _completed(scheme, checks), _conforms(scheme)
        )
        return Surrogate(written_like(surface, new), space)

    return make


def _completed(scheme: str, checks: int) -> Callable[[str], str]:
    def complete(number: str) -> str:
        payload = number[: len(number) - checks]
        if checks == 1:
            digit = import_module(f"stdnum.{scheme}").calc_check_digit
            try:
                return payload + str(digit(payload))
            except (ValueError, KeyError, IndexError):  # a letter that the scheme does not use: not allowed anyway
                return number
        if checks == 2:
            from stdnum.iso7064 import mod_97_10

            return payload + mod_97_10.calc_check_digits(payload) if number.isascii() else number
        return number

    return complete


def _conforms(scheme: str) -> Callable[[str], bool]:
    if scheme == "us.rtn":
        return lambda number: _districted(number) and bool(import_module("stdnum.us.rtn").is_valid(number))
    return lambda number: bool(import_module(f"stdnum.{scheme}").is_valid(number))


def _districted(number: str) -> bool:
    """Whether a routing number begins with a Federal Reserve district (ABA): 00-12, 21-32, 61-72 or 80."""
    start = int(number[:2]) if number[:2].isdecimal() else 99
    return start <= 12 or 21 <= start <= 32 or 61 <= start <= 72 or start == 80
