"""What an earlier run of the same recipe already found: taken over, so that a further arm costs its own answers alone.

Each run folder tells by digests what decided each arm's answers and the training. Where a new run agrees with a
finished one beside it, the files are copied: the earlier run stays as it is, and the new one is whole by itself. Knows
no arm.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from finewright.base.errors import StorageError
from finewright.base.files import read_json, write_json
from finewright.flows.folder import RunFolder
from finewright.flows.trainers import note_trainer, trainers

Say = Callable[[str], None]
TRAINED = ("tuned", "teacher")
"""The arms whose answers come with the training; each goes by the digest of the first."""

_DIGESTS = "digests.json"
_WHOLE = ("results.json", "advice.json")
"""What is there once a run, or a measurement for advice, is done."""


def adopt(folder: RunFolder, digests: Mapping[str, str], method: str, say: Say) -> None:
    """Take over what finished runs in the same place found with the same `digests`, by arm; keep the digests.

    Nothing that the folder has already is replaced.
    """
    own = folder.root / "arms"
    for other in _finished(folder):
        theirs = _digests(other)
        same = [name for name, digest in digests.items() if theirs.get(name) == digest]
        taken = [name for name in same if name not in TRAINED and _copied(other.root / "arms" / name, own / name)]
        if TRAINED[0] in same and _training(other, folder, method):
            taken.append("training")
        if taken:
            say(f"Taken over from {other.root.name}: {', '.join(taken)}")
    write_json(own / _DIGESTS, dict(digests))


def _finished(folder: RunFolder) -> Iterator[RunFolder]:
    """The finished runs beside this one in the order of their names, and after them, as they hold less, advice."""
    beside = [path.parent for name in _WHOLE for path in sorted(folder.root.parent.glob(f"*/{name}"))]
    return (RunFolder(path) for path in beside if path != folder.root)


def _digests(other: RunFolder) -> Mapping[str, str]:
    """What decided the other run's arms; nothing where it does not tell."""
    path = other.root / "arms" / _DIGESTS
    try:
        stored = read_json(path) if path.exists() else {}
    except StorageError:  # that run's own affair: this one asks for itself
        return {}
    return stored if isinstance(stored, dict) else {}


def _training(other: RunFolder, folder: RunFolder, method: str) -> bool:
    """Take over what was trained and how it went; `training.json` last, whose presence means that it is all there."""
    if folder.training.exists() or folder.checkpoints.exists() or not other.training.exists():
        return False
    try:
        names = trainers(other)
    except StorageError:  # what nobody is known to have trained could be approved by who did
        return False
    for name in names:  # who trained it then has trained what this run shows
        note_trainer(folder, name)
    for name in TRAINED:
        _copied(other.root / "arms" / name, folder.root / "arms" / name)
    beside: Sequence[tuple[Path, Path]] = [
        (other.product(method), folder.product(method)),
        (other.rollouts, folder.rollouts),
        (other.metrics, folder.metrics),
        (other.forgetting, folder.forgetting),
        (other.training, folder.training),
    ]
    for source, place in beside:
        _copied(source, place)
    return True


def _copied(source: Path, place: Path) -> bool:
    """Copy a file or folder, whole or not at all; whether there was one to copy and none in its place."""
    if not source.exists() or place.exists():
        return False
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = place.with_name(f".{place.name}.taken")
    shutil.rmtree(beside, ignore_errors=True)
    if source.is_dir():
        shutil.copytree(source, beside)
    else:
        shutil.copy2(source, beside)
    beside.rename(place)
    return True
