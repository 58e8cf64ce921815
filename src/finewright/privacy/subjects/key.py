"""The key of the subject index, parted into two by purpose: one for digests, one for the file. Knows no index.

It is kept apart from the key of surrogates, which is destroyed: who is to be erased is asked for years later.
"""

import hmac
from dataclasses import dataclass
from pathlib import Path

from finewright.base.errors import InputError, Place
from finewright.privacy.encrypted import Unlocking, key_file
from finewright.privacy.own_key import make_key


@dataclass(frozen=True, slots=True, repr=False)
class SubjectKey:
    """Key for the digests of identifiers, and what opens the file: HMAC-SHA256 of each purpose under the stored key."""

    digests: bytes
    file: Unlocking

    def digest(self, value: str) -> str:
        """HMAC-SHA256 of an identifier: of its letters and digits alone, case folded; in hex."""
        plain = "".join(letter for letter in value.casefold() if letter.isalnum())
        return hmac.digest(self.digests, plain.encode("utf-8", "surrogatepass"), "sha256").hex()


def subject_key(path: Path, *, make: bool = False) -> SubjectKey:
    """The key stored at `path`; with `make` a new one where there is none.

    Raises InputError where there is none or it is no key, StorageError where none can be stored.
    """
    if make:
        make_key(path)
    if not path.is_file():
        remedy = "put it back from your backup: without it nobody can tell whose rows these are"
        raise InputError("there is no key of the subject index", place=Place(path), remedy=remedy)
    stored = key_file(path).key
    digests, file = (
        hmac.digest(stored, purpose, "sha256") for purpose in (b"digests of identifiers", b"subject index")
    )
    return SubjectKey(digests, Unlocking(key=file))
