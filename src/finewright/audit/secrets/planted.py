"""The sealed list of what was planted: a line a secret, readable by its owner alone. Knows no rows and no model."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from finewright.audit.secrets.secret import KINDS, Secret
from finewright.base.errors import InputError, Place, StorageError
from finewright.base.files import canonical_json, read_jsonl, writing

_OWNER_ALONE = 0o600


@dataclass(frozen=True, slots=True)
class Planted:
    """A secret, the lines of the raw file that it was planted in, and whether into the answer or what is asked."""

    secret: Secret
    lines: tuple[int, ...]
    answered: bool


_READER = TypeAdapter(Planted)


def write_planted(path: Path, planted: Sequence[Planted]) -> None:
    """Write the list, whole or not at all, for its owner alone."""
    with writing(path) as temporary:
        temporary.chmod(_OWNER_ALONE)
        temporary.write_text("".join(canonical_json(asdict(one)) + "\n" for one in planted), encoding="utf-8")


def read_planted(path: Path) -> list[Planted]:
    """Read it back. Raises InputError, with the line, where it is absent, empty or no such list."""
    remedy = "give the list that `finewright data plant` wrote"
    if not path.is_file():
        raise InputError("there is no list of planted secrets", place=Place(path), remedy=remedy)
    found: list[Planted] = []
    try:
        for row in read_jsonl(path):
            found.append(_READER.validate_python(row))
            if found[-1].secret.kind not in KINDS:
                raise ValueError
    except (StorageError, ValidationError, ValueError) as fault:
        raise InputError("is no planted secret", place=Place(path, len(found) + 1), remedy=remedy) from fault
    if not found:
        raise InputError("the list of planted secrets is empty", place=Place(path), remedy=remedy)
    return found
