"""The seal of a review: which arm's answer stood where on whose sheet, kept in the run's folder and never handed out.

A plain file with digests, as long as there are no keys to sign with: whoever may read the run's folder may read it, and
whoever may write there could make another. The digests tell an edit, and answers that have changed since.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from finewright.base.errors import InputError, Place, StorageError
from finewright.base.files import digest_file, digest_json, read_json, write_json
from finewright.base.results import Results
from finewright.evaluate.review.findings import Pair
from finewright.flows.folder import RunFolder
from finewright.flows.sheet.sheet import Sheet

_FORMAT = 1
SEALED = ".sealed.json"
"""What the names of seals end with."""


@dataclass(frozen=True, slots=True)
class Placed:
    """What an item stands for: a record and a pair of arms, of which `left` stands left."""

    record: str
    pair: Pair
    left: str


@dataclass(frozen=True, slots=True)
class RaterSheet:
    """What one person was given, its digest, and what its items stand for."""

    rater: str
    sheet: Sheet
    digest: str
    placed: dict[str, Placed]


@dataclass(frozen=True, slots=True)
class Seal:
    """One review. `answers` and `records` are digests of the files whose texts were shown; `same` counts the rows of
    each pair, in its order, that were passed over because both arms gave the same answer."""

    review: str
    run: str
    pairs: tuple[Pair, ...]
    same: tuple[int, ...]
    answers: dict[str, str]
    records: str
    sheets: tuple[RaterSheet, ...]


_READER = TypeAdapter(Seal)


def digests_of(folder: RunFolder, arms: Iterator[str] | tuple[str, ...]) -> dict[str, str]:
    """The digest of each arm's file of answers to the shared test rows."""
    return {arm: digest_file(folder.answers(arm, "test")) for arm in sorted(set(arms))}


def write(folder: RunFolder, seal: Seal) -> Path:
    """Write a seal, whole or not at all. One that is there and was edited is told, not written over."""
    path = folder.reviews / f"{seal.review}{SEALED}"
    if path.exists():
        _read(path)
    write_json(path, stamped({"format": _FORMAT} | asdict(seal)))
    return path


def find(folder: RunFolder, sheet: str, file: Path) -> tuple[Seal, RaterSheet]:
    """The review and the sheet of a digest, which `file` names. Raises DataError where the run has none such."""
    for path in sorted(folder.reviews.glob(f"*{SEALED}")):
        seal = _read(path)
        for one in seal.sheets:
            if one.digest == sheet:
                return seal, one
    raise InputError(
        "answers no sheet of this run",
        place=Place(file),
        remedy="name the run that the sheet was exported from; if the column 'sheet' was edited, take the saved file",
    )


def check(folder: RunFolder, seal: Seal, results: Results) -> None:
    """Raise StorageError where the run, its test rows or an arm's answers are not those that were shown."""
    changed = [name for name, digest in digests_of(folder, tuple(seal.answers)).items() if digest != seal.answers[name]]
    if changed:
        raise _changed(folder.answers(changed[0], "test"))
    if digest_file(folder.part("test")) != seal.records:
        raise _changed(folder.part("test"))
    if results.run != seal.run:
        raise _changed(folder.results)


def stamped(content: Mapping[str, Any]) -> dict[str, Any]:
    """The content with the digest of itself."""
    return {**content, "digest": digest_json(content)}


def require_unedited(path: Path, value: Any, remedy: str) -> None:
    """Raise StorageError where a file that `stamped` made no longer has its digest."""
    kept = isinstance(value, dict) and {key: one for key, one in value.items() if key != "digest"}
    if not kept or value != stamped(kept):
        raise StorageError("was edited or is damaged", place=Place(path), remedy=remedy)


def _read(path: Path) -> Seal:
    """A seal as it was written. Raises StorageError where it was edited."""
    value, remedy = read_json(path), "nobody can say now whose answer stood where: export again and have it rated anew"
    require_unedited(path, value, remedy)
    try:
        return _READER.validate_python({key: one for key, one in value.items() if key not in ("digest", "format")})
    except ValidationError as fault:
        raise StorageError("is no seal of this version", place=Place(path), remedy=remedy) from fault


def _changed(path: Path) -> StorageError:
    return StorageError(
        "has changed since the review was exported, so the ratings are of something else",
        place=Place(path),
        remedy="export a new review of what is there now",
    )
