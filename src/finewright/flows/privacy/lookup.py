"""Whose rows are where: an identifier looked up in the subject indexes of runs, with every look-up logged.

The answer is record ids and data set versions, and of the rows that a run learned from or held out their places.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from finewright.base.errors import InputError, Place
from finewright.base.files import read_jsonl
from finewright.base.home import home
from finewright.base.recipe_privacy import Privacy
from finewright.flows.folder import RunFolder
from finewright.flows.privacy.dataset import REPLAY
from finewright.flows.privacy.scrubbing import detector
from finewright.flows.privacy.sealed import FOLDER, SUBJECT_KEY
from finewright.privacy.access import log_access, read_log
from finewright.privacy.subjects.index import read_index
from finewright.privacy.subjects.key import subject_key

_INDEX = "subjects.index"
_BELOW = (FOLDER, FOLDER / REPLAY)


@dataclass(frozen=True, slots=True)
class Held:
    """A run that holds rows of a subject: the data set version, the ids, and where those in its parts stand."""

    run: Path
    version: str
    records: tuple[str, ...]
    places: tuple[str, ...]


def find_subject(where: Path, identifier: str, *, key: Path | None = None, who: str | None = None) -> list[Held]:
    """The runs at `where` (a run, or a folder of runs) whose rows hold this identifier.

    Raises InputError where there is no index or the key is another's, StorageError where an index was changed or the
    look-up cannot be logged.
    """
    key_path = key or home() / SUBJECT_KEY
    indexes = _indexes(where)
    found_by = subject_key(key_path)
    digests = sorted({found_by.digest(form) for form in _forms(identifier)})
    for digest in digests:
        log_access(log_of(key_path), {"digest": digest}, what=f"find in {where}", who=who)
    found = []
    for path in indexes:
        index = read_index(path, found_by)
        records = tuple(sorted({record for digest in digests for record in index.of(digest)}))
        if records:
            run = path.parents[2] if path.parent.name == REPLAY else path.parents[1]
            found.append(Held(run, index.version, records, tuple(_places(RunFolder(run), frozenset(records)))))
    return found


def accesses(key: Path | None = None) -> list[dict[str, str]]:
    """Who looked whom up, and when. Raises StorageError where the log was changed."""
    return read_log(log_of(key or home() / SUBJECT_KEY))


def log_of(key: Path) -> Path:
    """The log of accesses, beside the key: whoever can look up can be seen to have done it."""
    return key.with_suffix(".log")


def _indexes(where: Path) -> list[Path]:
    runs = [where] if any((where / below / _INDEX).exists() for below in _BELOW) else sorted(where.glob("*"))
    found = [path for run in runs for below in _BELOW if (path := run / below / _INDEX).exists()]
    if not found:
        remedy = "name a run, or a folder of runs, whose rows named somebody"
        raise InputError("there is no subject index", place=Place(where), remedy=remedy)
    return found


def _forms(identifier: str) -> set[str]:
    """As it is given, and in the one written form of whatever it is told for."""
    if not any(letter.isalnum() for letter in identifier):
        raise InputError("the identifier has neither letter nor digit", remedy="write it as it stands in the rows")
    return {identifier, *(finding.value for finding in detector(Privacy()).find(identifier))}


def _places(folder: RunFolder, records: frozenset[str]) -> Iterator[str]:
    for part in ("train", "validation", "test", REPLAY):
        if folder.part(part).exists():
            for line in read_jsonl(folder.part(part)):
                row = line.get("record", line)
                if row["id"] in records:
                    yield f"{part}: {row['source']}:{row['line']}"
