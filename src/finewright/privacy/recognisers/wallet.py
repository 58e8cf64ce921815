"""Wallet addresses: Bitcoin (Base58Check; BIP 173 and 350 for `bc1`) and Ethereum (EIP-55), by their checksums.

An Ethereum address in one letter case carries no checksum: its form alone says what it is.
"""

import re

from finewright.privacy.recogniser import Recogniser
from finewright.privacy.recognisers.keccak import keccak_256
from finewright.privacy.recognisers.standard import conforms

_BASE58 = re.compile(r"[13](?<![^\W_][13])[1-9A-HJ-NP-Za-km-z]{24,33}(?![^\W_])")
_BECH32 = re.compile(
    r"bc1(?<![^\W_]bc1)[02-9ac-hj-np-z]{8,87}(?![^\W_])|BC1(?<![^\W_]BC1)[02-9AC-HJ-NP-Z]{8,87}(?![^\W_])"
)
_ETHEREUM = re.compile(r"0(?<![^\W_]0)[xX][0-9a-fA-F]{40}(?![^\W_])")
_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BECH32M = 0x2BC830A3
_HEADERS = frozenset(
    {"wallet", "walletaddress", "btcaddress", "bitcoinaddress", "ethaddress", "bitcoin", "ethereum", "btc", "eth"}
)


def _base58(written: str) -> str | None:
    return written if conforms("bitcoin", written) else None


def _bech32(written: str) -> str | None:
    """BIP 350: version 0 is checked by the old constant, the later ones by the new."""
    from stdnum.bitcoin import bech32_checksum

    number = written.lower()
    data = [_ALPHABET.index(letter) for letter in number[3:]]
    expanded = [ord(c) >> 5 for c in "bc"] + [0] + [ord(c) & 31 for c in "bc"]
    wanted = _BECH32M if data[0] else 1
    return number if data[0] <= 16 and bech32_checksum(expanded + data) == wanted else None


def _mixed(written: str) -> bool:
    digits = written[2:]
    return digits != digits.lower() and digits != digits.upper()


def _checksummed(written: str) -> str | None:
    """EIP-55: the letter case is the checksum."""
    plain = written[2:].lower()
    return f"0x{plain}" if _mixed(written) and spelled(plain) == written[2:] else None


def spelled(plain: str) -> str:
    """The digits of an Ethereum address, given in small letters, with its checksum (EIP-55): a letter is a capital
    where the digest of the address has a digit of 8 or more."""
    digest = keccak_256(plain.encode("ascii")).hex()
    return "".join(letter.upper() if int(at, 16) >= 8 else letter for letter, at in zip(plain, digest, strict=False))


def _unmixed(written: str) -> str | None:
    return None if _mixed(written) else written.lower()


WALLETS = (
    Recogniser("wallet", _BASE58, _base58, needs="13", proves=True, alone=1.0, near=1.0, headers=_HEADERS),
    Recogniser("wallet", _BECH32, _bech32, needs="1", proves=True, alone=1.0, near=1.0, headers=_HEADERS),
    Recogniser("wallet", _ETHEREUM, _checksummed, needs="xX", proves=True, alone=1.0, near=1.0, headers=_HEADERS),
    Recogniser("wallet", _ETHEREUM, _unmixed, needs="xX", alone=0.85, headers=_HEADERS),
)
