"""A key in a file of its own: 32 random bytes, made once, its owner's alone. Knows nothing of what it is for."""

import contextlib
import os
import secrets
from pathlib import Path

from finewright.base.errors import Place, StorageError
from finewright.privacy.keyed import KEY_BYTES

_OWNER_ALONE = 0o600


def make_key(path: Path) -> None:
    """Make a key where there is none; of several processes at once, all end up with one.

    Raises StorageError where it cannot be stored.
    """
    if path.exists():
        return
    beside = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ALONE), "wb") as stream:
            stream.write(secrets.token_bytes(KEY_BYTES))
            stream.flush()
            os.fsync(stream.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(beside, path)  # fails where the name is taken, which a rename would not
        beside.unlink()
    except OSError as fault:
        reason = fault.strerror or type(fault).__name__
        remedy = "free some disk space or set FINEWRIGHT_HOME to another folder"
        raise StorageError(f"could not be written ({reason})", place=Place(path), remedy=remedy) from fault
