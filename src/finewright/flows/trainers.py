"""Who trained a run, by the names that were given: kept in its folder and in the manifest of what it trained.

No name is taken from the operating system: that of a shared account names nobody, and none is to be taken unasked.
"""

from dataclasses import replace
from pathlib import Path

from finewright.base.errors import InputError
from finewright.base.files import read_json, write_json
from finewright.base.names import reading, same_name
from finewright.flows.folder import RunFolder
from finewright.model.manifest import FILE, read_manifest, write_manifest


def require_name(name: str) -> None:
    """Raise InputError where a name is empty."""
    if not reading(name):
        raise InputError("the name is empty", remedy="give a name that tells people apart, such as --as 'Ann Lee'")


def trainers(folder: RunFolder) -> tuple[str, ...]:
    """All names that were given to a run, in its folder or in a manifest; none where nobody gave one."""
    kept = read_json(folder.trainers) if folder.trainers.exists() else []
    signed = [name for product in _products(folder) for name in read_manifest(product).trained_by]
    return tuple(dict.fromkeys([*kept, *signed]))


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


def _products(folder: RunFolder) -> list[Path]:
    return [product for product in (folder.adapter, folder.model) if (product / FILE).exists()]
