"""What `review import` wrote, read back. Counts nothing anew."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from finewright.base.errors import Place, StorageError
from finewright.base.files import read_json
from finewright.evaluate.review.findings import Findings
from finewright.flows.review.seal import require_unedited

_REMEDY = "remove it and import the same sheets again"


@dataclass(frozen=True, slots=True)
class Imported:
    """An imported review: its name, the run it is of, who handed it in, and what was found."""

    review: str
    run: str
    imported_by: str
    findings: Findings


def read_imported(path: Path) -> Imported:
    """The review at `path`. Raises StorageError where it was edited or is damaged."""
    value = read_json(path)
    require_unedited(path, value, _REMEDY)
    try:
        return TypeAdapter(Imported).validate_python({name: value[name] for name in Imported.__slots__})
    except (KeyError, ValidationError) as fault:
        raise StorageError("holds no review of this version", place=Place(path), remedy=_REMEDY) from fault
