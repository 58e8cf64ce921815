"""What judges, people and the gate have said about a finished run since, read back from its folder for its report.

A file that was edited, is damaged or belongs to another run is named and left out: a page must not fail by it, and no
figure of it may be shown.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from finewright.audit.decision import Decision, read_decision
from finewright.base.errors import StorageError
from finewright.evaluate.judge.judgement import Judgement
from finewright.evaluate.judge.judgement import read as read_judgement
from finewright.flows.folder import RunFolder
from finewright.flows.review.imported import Imported, read_imported
from finewright.flows.review.seal import SEALED

_Found = TypeVar("_Found", Judgement, Imported, Decision)


def judgements_in(folder: RunFolder, run: str) -> tuple[list[Judgement], list[str]]:
    """All judgements of the run, by name of their files, and the files that are left out."""
    return _of(sorted(folder.judge.glob("*.json")), read_judgement, run)


def reviews_in(folder: RunFolder, run: str) -> tuple[list[Imported], list[str]]:
    """All imported reviews of the run, by name of their files, and the files that are left out."""
    paths = [path for path in sorted(folder.reviews.glob("*.json")) if not path.name.endswith(SEALED)]
    return _of(paths, read_imported, run)


def decision_in(folder: RunFolder, run: str) -> tuple[Decision | None, list[str]]:
    """What the gate said of the run's product, and the file where it is left out."""
    found, left = _of([path for path in [folder.audit / "gate.json"] if path.exists()], read_decision, run)
    return next(iter(found), None), left


def _of(paths: list[Path], read: Callable[[Path], _Found], run: str) -> tuple[list[_Found], list[str]]:
    found, left = list[_Found](), list[str]()
    for path in paths:
        one = _read(path, read)
        if one is not None and one.run == run:
            found.append(one)
        else:
            left.append(f"{path.parent.name}/{path.name}")
    return found, left


def _read(path: Path, read: Callable[[Path], _Found]) -> _Found | None:
    try:
        return read(path)
    except StorageError:
        return None
