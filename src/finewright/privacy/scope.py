"""A scope: the secret key within which the same value becomes the same surrogate, until it is sealed.

    scope.key       32 random bytes, mode 0600, made when the folder is first opened
    issued.sqlite   what the scope has issued, as keyed digests (`Issued`)
    sealed.json     when it was sealed; from then on there is no key, and nothing can be linked or traced any more

Knows files and keys, and no kind of identifier. A process that has the scope open while another seals it keeps its key
in memory until it ends.
"""

import os
import secrets
from datetime import UTC, datetime
from pathlib import Path

from finewright.base.errors import InputError, Place, StorageError
from finewright.base.files import read_json, write_json
from finewright.privacy.issued import Issued
from finewright.privacy.keyed import KEY_BYTES, Keyed

_KEY, _DYING, _NOTE, _ISSUED = "scope.key", "scope.key.sealed", "sealed.json", "issued.sqlite"


class Scope:
    """An open scope. `keyed` makes every choice; `issued` knows what was issued."""

    def __init__(self, folder: Path, key: bytes) -> None:
        self.folder = folder
        self.keyed = Keyed(key)
        self.issued = Issued(folder / _ISSUED, self.keyed)

    def __reduce__(self) -> tuple[object, ...]:
        """Another process opens the folder itself: the key never travels."""
        return open_scope, (self.folder,)


def open_scope(folder: Path) -> Scope:
    """The scope of a folder, made where there is none; of several processes at once, all get the same key.

    Raises InputError where it is sealed, StorageError where the key cannot be read, is damaged or is open to others.
    """
    if when := sealed_at(folder):
        raise InputError(
            f"was sealed on {when} and its key is gone",
            place=Place(folder),
            remedy="scrub the source again under a new version, which has a scope of its own",
        )
    path = folder / _KEY
    if not path.exists():
        _make_key(path)
    return Scope(folder, _read_key(path))


def sealed_at(folder: Path) -> str | None:
    """When the scope was sealed (UTC, ISO 8601), or None while it is open or new; finishes a sealing cut short."""
    if (folder / _DYING).exists():
        return seal(folder)
    if not (folder / _NOTE).exists():
        return None
    return str(read_json(folder / _NOTE)["sealed"])


def seal(folder: Path) -> str:
    """Destroy the key for good and say when (UTC, ISO 8601); a sealed scope stays as it is.

    The key first loses its name in one step, so that a crash leaves a whole key or none; then a note says when, its
    bytes are overwritten, and it and what was issued are removed. Overwriting is all that a program can do: a file
    system that keeps old blocks, and a backup, have to be cleared by whoever keeps them.
    """
    key, dying, note = folder / _KEY, folder / _DYING, folder / _NOTE
    try:
        if key.exists():
            os.replace(key, dying)
        if not note.exists():
            write_json(note, {"sealed": datetime.now(UTC).isoformat(timespec="seconds")})
        if dying.exists():
            _overwrite(dying)
            dying.unlink()
        (folder / _ISSUED).unlink(missing_ok=True)
    except OSError as fault:
        raise StorageError(
            f"could not be sealed ({fault.strerror or fault})", place=Place(folder), remedy="mend it and seal again"
        ) from fault
    return str(read_json(note)["sealed"])


def _make_key(path: Path) -> None:
    """A whole key under its name, or the one that another process was quicker with."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_secret(fresh, secrets.token_bytes(KEY_BYTES))
        try:
            os.link(fresh, path)  # fails where the name is taken, which a rename would not
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    except OSError as fault:
        raise StorageError(
            f"could not be written ({fault.strerror or fault})", place=Place(path), remedy="choose another folder"
        ) from fault


def _write_secret(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _read_key(path: Path) -> bytes:
    try:
        content, mode = path.read_bytes(), path.stat().st_mode
    except OSError as fault:
        raise StorageError(f"cannot be read ({fault.strerror or fault})", place=Place(path)) from fault
    if len(content) != KEY_BYTES:
        raise StorageError("is no key of a scope", place=Place(path), remedy="put it back from where it was changed")
    if mode & 0o077:
        raise StorageError("can be read by others", place=Place(path), remedy="set its mode to 600 (chmod 600)")
    return content


def _overwrite(path: Path) -> None:
    with path.open("r+b") as stream:
        stream.write(secrets.token_bytes(KEY_BYTES))
        stream.flush()
        os.fsync(stream.fileno())
