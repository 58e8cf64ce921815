"""Who asked what of a subject index or a vault, and when: a line for each access, only ever added. Knows neither.

Each line holds the digest of the one before, so that a line that was changed or taken out is noticed.
"""

import getpass
import json
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from finewright.base.errors import Place, StorageError
from finewright.base.files import canonical_json, digest_bytes

_FIRST = "0" * 64
_OWNER_ALONE = 0o600


def log_access(
    path: Path, about: Mapping[str, str], *, what: str, who: str | None = None, when: datetime | None = None
) -> None:
    """Add a line of what was asked for, and `about` what, which never names whoever is behind it. `who` is the user of
    the machine where nobody is named.

    Raises StorageError where it cannot be added: what cannot be logged must not be answered.
    """
    moment = (when or datetime.now(UTC)).isoformat(timespec="seconds")
    line = {"when": moment, "who": who or _user(), "what": what, **about}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, _OWNER_ALONE), "r+b") as stream:
            _alone(stream.fileno())
            stream.seek(0)
            content = stream.read()
            gap = b"\n" if content and not content.endswith(b"\n") else b""
            added = canonical_json(line | {"before": _last(content)}).encode("utf-8", "surrogatepass")
            stream.write(gap + added + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as fault:
        reason = fault.strerror or type(fault).__name__
        remedy = "free some disk space, or ask somebody who may write there"
        raise StorageError(f"could not be written ({reason})", place=Place(path), remedy=remedy) from fault


def read_log(path: Path) -> list[dict[str, Any]]:
    """All accesses, in order. Raises StorageError at the first line that was changed, or behind one that is gone."""
    return list(_read(path)) if path.exists() else []


def _read(path: Path) -> Iterator[dict[str, Any]]:
    before = _FIRST
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        try:
            row = json.loads(line)
            if row.pop("before") != before:
                raise ValueError("does not follow")
        except (ValueError, KeyError, TypeError, AttributeError) as fault:
            what = "was changed, or a line before it was taken out"
            remedy = "compare the file with your backup"
            raise StorageError(what, place=Place(path, number), remedy=remedy) from fault
        before = digest_bytes(line)
        yield row


def _last(content: bytes) -> str:
    lines = content.splitlines()
    return digest_bytes(lines[-1]) if lines else _FIRST


def _alone(handle: int) -> None:
    import fcntl

    fcntl.flock(handle, fcntl.LOCK_EX)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user id without a name
        return str(os.getuid())
