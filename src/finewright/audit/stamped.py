"""Files of the audit that carry a digest of all the rest, so that an edited one is told from a written one.

A plain digest: whoever may write in the run's folder could make another. Knows no report and no gate.
"""

from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from finewright.base.errors import Place, StorageError
from finewright.base.files import digest_json, read_json, write_json

_FORMAT = 1
Stamped = TypeVar("Stamped")


def digest_of(value: Any) -> str:
    """Digest of everything in a dataclass."""
    return digest_json(asdict(value))


def write_stamped(path: Path, value: Any) -> None:
    """Write a dataclass with its digest, whole or not at all."""
    write_json(path, {"format": _FORMAT, **asdict(value), "digest": digest_of(value)})


def read_stamped(path: Path, reader: TypeAdapter[Stamped], named: str, remedy: str) -> Stamped:
    """Read it back. Raises StorageError where it is absent, damaged, of another format, or was edited since."""
    stored = read_json(path)
    if not isinstance(stored, dict) or stored.pop("format", None) != _FORMAT:
        raise StorageError(f"is no {named} of this format", place=Place(path), remedy=remedy)
    told = stored.pop("digest", None)
    try:
        value = reader.validate_python(stored)
    except ValidationError as fault:
        raise StorageError(f"is no {named} of this format", place=Place(path), remedy=remedy) from fault
    if digest_json(stored) != told or digest_of(value) != told:
        raise StorageError("was changed after it was written: its digest is another", place=Place(path), remedy=remedy)
    return value
