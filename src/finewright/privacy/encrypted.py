"""One encrypted file: whole, unreadable and unchangeable without its key. Knows nothing about what it holds.

AES-256-GCM over the whole content under a fresh nonce at each writing, with the header as associated data. The key
comes from a key file of 32 bytes, or from a passphrase by scrypt (RFC 7914; N = 2^15, r = 8, p = 1: 32 MB).
"""

import base64
import hmac
import json
import os
from dataclasses import dataclass
from pathlib import Path

from finewright.base.errors import InputError, Place, StorageError
from finewright.base.files import canonical_json, writing

_FORMAT = "finewright-encrypted-1"
_COST, _BLOCKS, _LANES = 1 << 15, 8, 1
_NONCE = 12
KEY_BYTES = 32


@dataclass(frozen=True, repr=False)
class Unlocking:
    """What opens a file: a key of 32 bytes, or a passphrase; exactly one. Neither is ever shown."""

    key: bytes = b""
    passphrase: str = ""


def key_file(path: Path) -> Unlocking:
    """The key of a file with 32 bytes. Raises InputError where it cannot be read, is of another length or is open to
    others."""
    try:
        key, mode = path.read_bytes(), path.stat().st_mode
    except OSError as fault:
        raise InputError(f"cannot be read ({fault.strerror or fault})", place=Place(path)) from fault
    if len(key) != KEY_BYTES:
        raise InputError(
            f"holds {len(key)} bytes, and a key has {KEY_BYTES}",
            place=Place(path),
            remedy=f"make one with: (umask 077; head -c {KEY_BYTES} /dev/urandom > {path.name})",
        )
    if mode & 0o077:
        raise InputError("can be read by others", place=Place(path), remedy="set its mode to 600 (chmod 600)")
    return Unlocking(key=key)


def write_encrypted(path: Path, content: bytes, unlocking: Unlocking) -> None:
    """Write `content` encrypted, whole or not at all, readable by its owner alone."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    salt = os.urandom(16)
    key = _key(unlocking, salt)
    header = {"format": _FORMAT, "salt": _text(salt), "check": _text(_check(key)), "by": _way(unlocking)}
    nonce = os.urandom(_NONCE)
    sealed = AESGCM(key).encrypt(nonce, content, canonical_json(header).encode())
    with writing(path) as temporary:
        temporary.write_text(canonical_json({**header, "content": _text(nonce + sealed)}), encoding="ascii")


def read_encrypted(path: Path, unlocking: Unlocking) -> bytes:
    """The content. Raises InputError where the key is another's, StorageError where the file was changed."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    header, sealed = _opened(path)
    if header["by"] != _way(unlocking):
        raise InputError(f"opens with a {header['by']}", place=Place(path), remedy="give that")
    key = _key(unlocking, base64.b64decode(header["salt"]))
    if not hmac.compare_digest(_check(key), base64.b64decode(header["check"])):
        raise InputError(f"does not open with this {header['by']}", place=Place(path), remedy="give the one it has")
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], canonical_json(header).encode())
    except InvalidTag as fault:
        raise _changed(path) from fault


def _opened(path: Path) -> tuple[dict[str, str], bytes]:
    try:
        header = json.loads(path.read_text(encoding="ascii"))
        sealed = base64.b64decode(header.pop("content"), validate=True)
        right = sorted(header) == ["by", "check", "format", "salt"] and header["format"] == _FORMAT
        _ = [base64.b64decode(header[part], validate=True) for part in ("salt", "check")]
    except OSError as fault:
        raise StorageError(f"cannot be read ({fault.strerror or fault})", place=Place(path)) from fault
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise _changed(path) from fault
    if not right or len(sealed) < _NONCE + 16:
        raise _changed(path)
    return header, sealed


def _changed(path: Path) -> StorageError:
    return StorageError("was changed or damaged", place=Place(path), remedy="put back a copy from a backup")


def _key(unlocking: Unlocking, salt: bytes) -> bytes:
    if bool(unlocking.key) == bool(unlocking.passphrase):
        raise InputError("a key file or a passphrase is needed, and not both", remedy="give one of them")
    if unlocking.key:
        return hmac.digest(unlocking.key, salt, "sha256")
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    return Scrypt(salt, KEY_BYTES, _COST, _BLOCKS, _LANES).derive(os.fsencode(unlocking.passphrase))


def _check(key: bytes) -> bytes:
    """Tells a wrong key from a changed file, and nothing about the key."""
    return hmac.digest(key, b"check", "sha256")[:16]


def _way(unlocking: Unlocking) -> str:
    return "key file" if unlocking.key else "passphrase"


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
