"""The subject index of one data set version: digests of identifiers to the ids of the rows that hold them, encrypted.

It is pseudonymised personal data: whoever has the key can ask it for an identifier that he knows already, and nobody
can read identifiers out of it.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from finewright.base.files import canonical_json
from finewright.privacy.encrypted import read_encrypted, write_encrypted
from finewright.privacy.subjects.key import SubjectKey

SUBJECTS = frozenset(
    {
        *("person", "company", "email", "phone", "address", "ip", "payment_card", "iban", "account", "wallet"),
        *("ssn", "itin", "ein", "tax_id", "vat", "lei", "customer"),
    }
)
"""The kinds that name somebody, or something that is somebody's alone."""


@dataclass(frozen=True, slots=True)
class SubjectIndex:
    """`rows` by the digest of an identifier: record ids, sorted; of one data set `version`."""

    version: str
    rows: Mapping[str, tuple[str, ...]]

    def of(self, digest: str) -> tuple[str, ...]:
        """The rows that hold this identifier."""
        return self.rows.get(digest, ())


def indexed(version: str, held: Iterable[tuple[str, str]], key: SubjectKey) -> SubjectIndex:
    """The index of pairs of an identifier, in its one written form, and the id of a record that holds it."""
    rows: dict[str, set[str]] = {}
    for value, record in held:
        rows.setdefault(key.digest(value), set()).add(record)
    return SubjectIndex(version, {digest: tuple(sorted(rows[digest])) for digest in sorted(rows)})


def write_index(path: Path, index: SubjectIndex, key: SubjectKey) -> None:
    """Write it encrypted, readable by its owner alone, whole or not at all."""
    write_encrypted(path, canonical_json({"version": index.version, "rows": index.rows}).encode(), key.file)


def read_index(path: Path, key: SubjectKey) -> SubjectIndex:
    """The index that `write_index` wrote. Raises InputError where it belongs to another key, StorageError where it is
    absent or was changed."""
    stored = json.loads(read_encrypted(path, key.file))
    return SubjectIndex(stored["version"], {digest: tuple(ids) for digest, ids in stored["rows"].items()})
