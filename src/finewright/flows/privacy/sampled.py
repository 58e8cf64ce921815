"""The sealed version that a run learned from, and what people found in a sample of it, in the run's folder.

    privacy/sealed.jsonl    its first line says which version it is (`sealed`)
    privacy/review.json     the last sample that was marked, under a digest, with the version that it is of

A run that takes a version over from a run beside it takes this along. Counts nothing and knows no sheet.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from finewright.base.errors import InputError, Place, StorageError
from finewright.base.files import read_json, write_json
from finewright.data.sources import text
from finewright.flows.folder import RunFolder
from finewright.flows.privacy.sealed import FOLDER, REVIEW, version_in
from finewright.flows.review.seal import require_unedited, stamped
from finewright.privacy.edition import EDITION

_REMEDY = "remove it and import the same answers again"


def drawable(run: Path, file: Path) -> str:
    """The version of a run whose file a sample may be drawn from; empty where nothing was searched for in it.

    Raises InputError where the file, or what searches it, is no longer what the run had: what is marked in a sample
    would say nothing of the version.
    """
    folder, version = RunFolder(run), version_in(run)
    if not version:
        return ""
    card = read_json(folder.card)
    learned = card.get("files", {}).get("train", {}).get("digest")  # documents say theirs by part alone
    if learned is not None and text.digest(file) != learned:
        remedy = "put it back, or run the recipe again and draw from that run"
        raise InputError("has changed since the run learned from it", place=Place(file), remedy=remedy)
    if card["privacy"]["edition"] != EDITION:
        remedy = "run the recipe again and draw from that run"
        raise InputError("was searched by another version of the detection", place=Place(run), remedy=remedy)
    return version


def check_same(run: Path, version: str, sheet: Path) -> None:
    """Raise InputError unless a sample of this version is one of the run's."""
    if not version or version_in(run) != version:
        raise InputError(
            f"is not a sample of the data set version that {run} learned from",
            place=Place(sheet),
            remedy="name that run, or draw a sample with `finewright scrub review RUN --out FOLDER`",
        )


def keep(run: Path, found: Mapping[str, Any]) -> None:
    """Put what was found in a sample of the run's version into its folder, in the place of an earlier one."""
    write_json(run / FOLDER / REVIEW, stamped(found))


def kept(run: Path, card: Mapping[str, Any]) -> tuple[dict[str, Any] | None, list[str]]:
    """What people found in a sample of the run's version, and the file's name where it is left out: it was edited, is
    damaged or of another version than the data card says."""
    path = run / FOLDER / REVIEW
    if not path.exists():
        return None, []
    try:
        found = read_json(path)
        require_unedited(path, found, _REMEDY)
    except StorageError:
        return None, [f"{FOLDER}/{REVIEW}"]
    if found.get("version") != card.get("privacy", {}).get("version"):
        return None, [f"{FOLDER}/{REVIEW}"]
    return dict(found), []
