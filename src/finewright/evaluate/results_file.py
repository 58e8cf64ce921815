"""`results.json`: everything measured and decided, as a file. Reading it back needs no model and no data."""

import json
from dataclasses import asdict
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from finewright.base.errors import Place, StorageError
from finewright.base.files import canonical_json, digest_json, read_json, write_json
from finewright.base.results import Results
from finewright.base.schema_fault import first_fault

_READER = TypeAdapter(Results)


def write(path: Path, results: Results) -> None:
    """Write the results, whole or not at all. Raises StorageError where that cannot be done."""
    write_json(path, asdict(results))


def as_stored(results: Results) -> Results:
    """The results as `read` gives them back after `write`: so a page made now is the page made later."""
    return _READER.validate_python(json.loads(canonical_json(asdict(results))))


def digest(results: Results) -> str:
    """The digest of what `write` writes, by which the manifest of what was trained names its results."""
    return digest_json(json.loads(canonical_json(asdict(results))))


def digest_in(path: Path) -> str:
    """The digest of what the file holds. Raises StorageError where it is absent or damaged."""
    return digest_json(read_json(path))


def read(path: Path) -> Results:
    """The results that `write` wrote. Raises StorageError where the file is absent, damaged or something else."""
    stored = read_json(path)
    try:
        return _READER.validate_python(stored)
    except ValidationError as fault:
        where, what = first_fault(fault)
        raise StorageError(
            f"holds no results that can be read ({where}: {what})",
            place=Place(path),
            remedy="remove it and run the same command again to make it anew",
        ) from fault
