"""IBANs: the same country, an account of the same form, right check digits (ISO 13616).

German ones get a bank code that begins with 9, a clearing area that does not exist; other countries name no such range.
"""

from finewright.privacy.keyed import Keyed
from finewright.privacy.surrogates.characters import exchanged
from finewright.privacy.surrogates.surrogate import Surrogate
from finewright.privacy.surrogates.writing import plain, written_like


def iban(keyed: Keyed, _value: str, surface: str) -> Surrogate:
    """Another account of the country; its own national check digits are right where those of the original were."""
    bare = plain(surface)
    free = range(5 if bare[:2] == "DE" else 4, len(bare))
    national = _conforms(bare)
    new, space = exchanged(
        keyed, "iban", bare, free, (2, 3), _completed, allowed=lambda new: not national or _conforms(new)
    )
    return Surrogate(written_like(surface, new), space)


def _completed(number: str) -> str:
    from stdnum import iban

    if number[:2] == "DE":
        number = f"{number[:4]}9{number[5:]}"
    if not (number.isascii() and number.isalnum()):
        return number
    return number[:2] + iban.calc_check_digits(number) + number[4:]


def _conforms(number: str) -> bool:
    """Whether the country's own rule holds, where python-stdnum knows one."""
    from stdnum import iban

    return iban.is_valid(number)
