"""Payment card numbers: the network's leading digits, its length, and a right last digit (ISO/IEC 7812, Luhn).

There is no range that no issuer may use; the issuer's own digits change with the rest.
"""

import re

from finewright.privacy.keyed import Keyed
from finewright.privacy.surrogates.characters import exchanged
from finewright.privacy.surrogates.surrogate import Surrogate
from finewright.privacy.surrogates.writing import plain, written_like

_NETWORK = re.compile(r"4|5[1-5]|3[47]|6011|65|2[2-7]\d\d|35\d\d|3[068]|62|\d\d")


def payment_card(keyed: Keyed, _value: str, surface: str) -> Surrogate:
    """Another number of the same network, for one with at least eight digits."""
    bare = plain(surface)
    network = _NETWORK.match(bare)
    start, last = network.end() if network else 0, len(bare) - 1
    new, space = exchanged(keyed, "payment_card", bare, range(start, last), (last,), _with_last_digit)
    return Surrogate(written_like(surface, new), space)


def _with_last_digit(number: str) -> str:
    from stdnum import luhn

    return number[:-1] + luhn.calc_check_digit(number[:-1]) if number.isdecimal() else number
