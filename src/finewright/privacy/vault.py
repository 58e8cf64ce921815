"""A vault: surrogate to original, for those who must be able to go back. Encrypted, and every look into it is logged.

    with adding(path, unlocking) as vault:
        vault.add("person", "Gene Dunley", "John Smith")

Without a vault nothing leads back. The log beside it (`NAME.log`) says when, who and what was asked for, before the
answer is given.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from finewright.base.errors import InputError, Place, StorageError
from finewright.base.files import canonical_json
from finewright.privacy.access import log_access
from finewright.privacy.encrypted import Unlocking, read_encrypted, write_encrypted


class Vault:
    """An open vault, to be looked into; what is added is kept with `save`, for which `adding` sees to it that no other
    process does the same."""

    def __init__(self, path: Path, unlocking: Unlocking) -> None:
        """Opens the file, or begins a new one. Raises InputError or StorageError as `read_encrypted` does, and
        StorageError where the key opens something else than a vault."""
        self._path, self._unlocking = path, unlocking
        self._log = path.with_name(path.name + ".log")
        self._originals: dict[str, str] = {}
        if path.exists():
            self._originals = _originals(path, read_encrypted(path, unlocking))

    def __len__(self) -> int:
        return len(self._originals)

    def add(self, kind: str, surrogate: str, original: str) -> None:
        """Note what a surrogate stands for; of two originals with one surrogate, both."""
        name = canonical_json([kind, surrogate])
        known = json.loads(self._originals.get(name, "[]"))
        if original not in known:
            self._originals[name] = canonical_json([*known, original])

    def save(self) -> None:
        """Write the vault anew, whole or not at all."""
        content = canonical_json(self._originals).encode("utf-8", "surrogatepass")  # half characters are found as well
        write_encrypted(self._path, content, self._unlocking)

    def originals(self, kind: str, surrogate: str, who: str) -> list[str]:
        """What a surrogate stands for, none if it is not in the vault. Logged under the name of who asks.

        Raises InputError where nobody is named, StorageError where the log cannot be written: then there is no answer.
        """
        if not who.strip():
            raise InputError(
                "the vault answers nobody without a name", place=Place(self._path), remedy="give --as NAME"
            )
        log_access(self._log, {"kind": kind, "surrogate": surrogate}, what="original", who=who)
        return [str(one) for one in json.loads(self._originals.get(canonical_json([kind, surrogate]), "[]"))]


@contextmanager
def adding(path: Path, unlocking: Unlocking) -> Iterator[Vault]:
    """The vault at `path`, saved when the block ends well. Of several processes one after the other: none loses what
    another adds.

    Raises what `Vault` does, and StorageError where its folder cannot be used.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as fault:
        reason = fault.strerror or type(fault).__name__
        raise StorageError(f"cannot be used ({reason})", place=Place(path.parent), remedy="name another") from fault
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)  # the file itself is a new one after each writing
        vault = Vault(path, unlocking)
        yield vault
        vault.save()
    finally:
        os.close(folder)


def _originals(path: Path, content: bytes) -> dict[str, str]:
    try:
        found = json.loads(content)
        if all(isinstance(one, str) and isinstance(json.loads(one), list) for one in found.values()):
            return dict(found)
    except (ValueError, AttributeError):
        pass
    raise StorageError("is no vault", place=Place(path), remedy="name the vault, or a new file")
