"""Wallet addresses: the same network, prefix and length, a right checksum. None is reserved; nobody has the key.

Base58Check (Bitcoin, Litecoin, Tron, ...), Bech32 and Bech32m (BIP 173, BIP 350) and Ethereum (EIP-55, where the letter
case of the original is a checksum).
"""

import hashlib

from finewright.privacy.keyed import Keyed
from finewright.privacy.recognisers.wallet import spelled
from finewright.privacy.surrogates.surrogate import Surrogate

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_HEX = "0123456789abcdef"


def wallet(keyed: Keyed, _value: str, surface: str) -> Surrogate:
    """Another address of the same network."""
    space = 2.0**100
    if surface[:2] in ("0x", "0X"):
        return Surrogate(surface[:2] + _ethereum(keyed, surface), space)
    if (checked := _bech32(keyed, surface)) or (checked := _base58(keyed, surface)):
        return Surrogate(checked, space)
    return Surrogate(surface[:1] + _drawn(keyed, surface, _BASE58, len(surface) - 1), space)


def _ethereum(keyed: Keyed, surface: str) -> str:
    """The digits behind the prefix, in the letter case of the original, or with a checksum where it had one."""
    new = _drawn(keyed, surface, _HEX, len(surface) - 2)
    if surface[2:].isupper():
        return new.upper()
    return new if surface[2:].islower() else spelled(new)


def _drawn(keyed: Keyed, surface: str, letters: str, length: int) -> str:
    name = surface.casefold() if letters == _HEX else surface
    return "".join(letters[keyed.below(len(letters), "wallet", name, str(place))] for place in range(length))


def _base58(keyed: Keyed, surface: str) -> str | None:
    """With the version byte of the original, and as long, which some of the addresses of a version are not."""
    number = 0
    for letter in surface:
        if letter not in _BASE58:
            return None
        number = number * 58 + _BASE58.index(letter)
    raw = number.to_bytes(max(25, -(-number.bit_length() // 8)), "big")
    if _twice(raw[:-4]) != raw[-4:]:
        return None
    for attempt in range(99):
        payload = raw[:1] + keyed.number(8 * (len(raw) - 5), "wallet", surface, str(attempt)).to_bytes(
            len(raw) - 5, "big"
        )
        new = _written(payload + _twice(payload))
        if len(new) == len(surface) and new != surface:
            break
    return new


def _twice(content: bytes) -> bytes:
    return hashlib.sha256(hashlib.sha256(content).digest()).digest()[:4]


def _written(raw: bytes) -> str:
    number, text = int.from_bytes(raw, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = _BASE58[digit] + text
    return "1" * (len(raw) - len(raw.lstrip(b"\0"))) + text


def _bech32(keyed: Keyed, surface: str) -> str | None:
    """With the prefix and witness version of the original; in capitals where it is."""
    prefix, _, data = surface.lower().rpartition("1")
    if not prefix or len(data) < 8 or any(letter not in _BECH32 for letter in data) or not surface.isascii():
        return None
    values = [_BECH32.index(letter) for letter in data]
    constant = _polymod(_expanded(prefix) + values)
    if constant not in (1, 0x2BC830A3):
        return None
    drawn = _drawn(keyed, surface.lower(), _BECH32, len(data) - 7)
    payload = [values[0], *(_BECH32.index(letter) for letter in drawn)]
    payload[-1] &= ~_PADDING.get(len(payload) - 1, 0)
    rest = _polymod([*_expanded(prefix), *payload, *[0] * 6]) ^ constant
    check = [(rest >> 5 * (5 - place)) & 31 for place in range(6)]
    new = prefix + "1" + "".join(_BECH32[one] for one in [*payload, *check])
    return new.upper() if surface.isupper() else new


_PADDING = {32: 0, 52: 0b1111}
"""Bits of the last letter that must be zero, by the letters of the program: 20 bytes need none, 32 bytes four."""


def _expanded(prefix: str) -> list[int]:
    return [*(ord(letter) >> 5 for letter in prefix), 0, *(ord(letter) & 31 for letter in prefix)]


def _polymod(values: list[int]) -> int:
    """The checksum's polynomial (BIP 173)."""
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for place, generator in enumerate(_GENERATOR):
            check ^= generator if (top >> place) & 1 else 0
    return check
