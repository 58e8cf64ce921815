"""A vault: surrogate to original, for those who must be able to go back. Encrypted, and every look into it is logged.

Without a vault nothing leads back. The log beside it (`NAME.log`) says when, who and what was asked for, before the
answer is given.
"""

import json
from pathlib import Path

from finewright.base.errors import InputError, Place
from finewright.base.files import canonical_json
from finewright.privacy.access import log_access
from finewright.privacy.encrypted import Unlocking, read_encrypted, write_encrypted


class Vault:
    """An open vault. What is added is kept with `save`; one process writes at a time."""

    def __init__(self, path: Path, unlocking: Unlocking) -> None:
        """Opens the file, or begins a new one. Raises InputError or StorageError as `read_encrypted` does."""
        self._path, self._unlocking = path, unlocking
        self._log = path.with_name(path.name + ".log")
        self._originals: dict[str, str] = {}
        if path.exists():
            self._originals = json.loads(read_encrypted(path, unlocking))

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
        write_encrypted(self._path, canonical_json(self._originals).encode(), self._unlocking)

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
