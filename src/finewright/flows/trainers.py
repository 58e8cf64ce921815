"""Who trained a run, by the names that were given: kept in its folder and in the manifest of what it trained.

No name is taken from the operating system: that of a shared account names nobody, and none is to be taken unasked.
"""

import json
from dataclasses import replace
from pathlib import Path
from unicodedata import category

from finewright.base.errors import InputError, Place, StorageError
from finewright.base.files import write_json
from finewright.base.names import reading, same_name
from finewright.flows.folder import RunFolder
from finewright.model.manifest import FILE, read_manifest, write_manifest

AGAIN = (
    'put the file back from a backup, or write into it who trained the run, such as ["Ann Lee"]: nobody among them may '
    "approve it"
)
"""What to do where the list of names is damaged."""


def require_name(name: str) -> None:
    """Raise InputError where a name is empty, or holds what nobody can read: with that it would be another name."""
    remedy = "give a name that tells people apart, such as --as 'Ann Lee'"
    if not reading(name):
        raise InputError("the name is empty", remedy=remedy)
    require_readable("name", name, remedy)


def require_readable(what: str, text: str, remedy: str) -> None:
    """Raise InputError where a text holds control characters besides white space, or bytes that are no letters."""
    if any(category(letter) in ("Cc", "Cs") and not letter.isspace() for letter in text):
        raise InputError(f"the {what} holds characters that cannot be read", remedy=remedy)


def trainers(folder: RunFolder) -> tuple[str, ...]:
    """All names that were given to a run, in its folder or in a manifest; none where nobody gave one.

    Raises StorageError where the folder's list cannot be read: a name that is lost could be approved by its owner.
    """
    return tuple(dict.fromkeys([*_kept(folder.trainers), *signed(folder)]))


def signed(folder: RunFolder) -> tuple[str, ...]:
    """The names in the manifests alone."""
    return tuple(dict.fromkeys(name for product in _products(folder) for name in read_manifest(product).trained_by))


def note_trainer(folder: RunFolder, name: str | None) -> None:
    """Keep the name beside those before it, and in the manifests of what the run trained, as far as there are any."""
    before = trainers(folder)
    if name is None or any(same_name(name, one) for one in before):
        names = before
    else:
        names = (*before, " ".join(name.split()))
        write_json(folder.trainers, list(names))
    for product in _products(folder):
        if (manifest := read_manifest(product)).trained_by != names:
            write_manifest(product, replace(manifest, trained_by=names))


def _kept(path: Path) -> list[str]:
    if not path.exists():
        return []
    try:
        names = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        names = None
    if isinstance(names, list) and all(isinstance(name, str) and reading(name) for name in names):
        return names
    raise StorageError("is damaged, so that who trained the run cannot be told", place=Place(path), remedy=AGAIN)


def _products(folder: RunFolder) -> list[Path]:
    return [product for product in (folder.adapter, folder.model) if (product / FILE).exists()]
