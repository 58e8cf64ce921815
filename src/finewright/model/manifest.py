"""`finewright.json`, the adapter's own account of itself: base, data, recipe, task, versions, results.

Plain JSON beside PEFT's two files; PEFT ignores it, finewright serves no adapter without it.
"""

from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from finewright.base.errors import AdapterError, Place, StorageError
from finewright.base.files import read_json, write_json
from finewright.model.digests import BaseDigests

FILE = "finewright.json"
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an adapter belongs to, was made of and is asked with.

    base, public_id, digests   the base it was trained on; the digests decide
    data, run                  digests of the data manifest and of the whole run
    recipe, task, prompt       the settings, the task and the system message to ask with
    versions, results          what made it, and how it did on the test rows (empty until measured)
    trained_by                 the names that `run --as` was given, who may not review it; none where none was given
    """

    base: str
    public_id: str
    digests: BaseDigests
    data: str
    run: str
    recipe: dict[str, Any]
    task: dict[str, Any]
    prompt: str
    versions: dict[str, str]
    results: dict[str, Any]
    trained_by: tuple[str, ...] = ()


_READER = TypeAdapter(Manifest)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest into the adapter folder, whole or not at all."""
    write_json(folder / FILE, {"format": _FORMAT} | asdict(manifest))


def read_manifest(folder: Path) -> Manifest:
    """Read an adapter's manifest. Raises AdapterError where it is absent, damaged or of another format."""
    path = folder / FILE
    if not path.exists():
        raise AdapterError(
            f"has no {FILE}, so its base and prompt are unknown",
            place=Place(folder),
            remedy="use an adapter that finewright trained",
        )
    try:
        value = read_json(path)
    except StorageError as fault:
        raise _damaged(path) from fault
    known = {field.name for field in fields(Manifest)}
    if not isinstance(value, dict) or value.pop("format", None) != _FORMAT or set(value) | {"trained_by"} != known:
        raise _damaged(path)
    try:
        return _READER.validate_python(value)
    except ValidationError as fault:
        raise _damaged(path) from fault


def _damaged(path: Path) -> AdapterError:
    return AdapterError("is damaged or of an unknown format", place=Place(path), remedy="train the adapter again")
