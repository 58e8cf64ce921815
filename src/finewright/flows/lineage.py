"""How a manifest names data under differential privacy: by digests under a key, which stays in the run's folder.

The bound is of what the weights tell, and the manifest travels with them. By a plain digest of all rows, whoever has
every other row could try out the last one. Under a key nobody can who has not the run's folder, and that has the rows.
What is checked there is checked as ever; away from it, or where its key is lost, it cannot be.
"""

from dataclasses import replace
from typing import Any

from finewright.flows.folder import RunFolder
from finewright.model.manifest import Manifest
from finewright.privacy.keyed import Keyed
from finewright.privacy.own_key import make_key

_DIGESTS = {"privacy": "version", "canaries": "digest"}
_COUNTS = ("said", "rows")
"""What a manifest says of the search for personal data that hangs on single rows."""


def keyed(manifest: Manifest, folder: RunFolder) -> Manifest:
    """The manifest as it may travel with what was trained: under differential privacy nothing of single rows in it.

    Makes the folder's key where there is none. Raises StorageError where it cannot be stored.
    """
    if not is_private(manifest):
        return manifest
    make_key(folder.lineage)
    results = {key: _keyed(folder, key, value) for key, value in manifest.results.items()}
    return replace(manifest, data=_under(folder, manifest.data), run=_under(folder, manifest.run), results=results)


def named(digest: str, manifest: Manifest, folder: RunFolder) -> str:
    """A digest of the run's as its manifest names it."""
    return _under(folder, digest) if is_private(manifest) and folder.lineage.exists() else digest


def is_private(manifest: Manifest) -> bool:
    """Whether what was trained is under a bound."""
    return manifest.recipe.get("train", {}).get("dp", {}).get("epsilon") is not None


def _keyed(folder: RunFolder, key: str, value: Any) -> Any:
    """One of the manifest's results: digests under the key, and no counts of rows that were changed."""
    if key == "digest":
        return _under(folder, value)
    name = _DIGESTS.get(key)
    if name is None:
        return value
    kept = {inner: of for inner, of in value.items() if key != "privacy" or inner not in _COUNTS}
    return kept | ({name: _under(folder, kept[name])} if kept.get(name) else {})


def _under(folder: RunFolder, digest: str) -> str:
    return Keyed(folder.lineage.read_bytes()).digest("lineage", digest).hex()
