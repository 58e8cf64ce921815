"""Folders that are whole or absent, as `base/files` has it for files. Knows nothing about what is in them."""

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from safetensors import SafetensorError

from finewright.base.errors import FinewrightError, Place, StorageError


@contextlib.contextmanager
def scratch_folder(parent: Path) -> Iterator[Path]:
    """An empty folder in `parent` that vanishes with the block, unless `settle` has put it in its place.

    Raises StorageError where the disk is full or cannot be written.
    """
    # Not mkdtemp: what is settled is meant for others too, and that would keep it to its owner.
    folder = parent / f".{secrets.token_hex(8)}"
    try:
        folder.mkdir(parents=True)
        yield folder
    except (OSError, SafetensorError) as fault:
        if isinstance(fault, FinewrightError) or (isinstance(fault, OSError) and fault.errno is None):
            raise
        raise StorageError(
            f"could not be written ({getattr(fault, 'strerror', None) or fault})",
            place=Place(parent),
            remedy="free some disk space or choose another folder",
        ) from fault
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def settle(folder: Path, final: Path) -> None:
    """Make `folder` the folder `final`, in place of one that is there; its files are on disk before it appears."""
    for path in folder.iterdir():
        with path.open("rb+") as stream:
            os.fsync(stream.fileno())
    shutil.rmtree(final, ignore_errors=True)
    folder.rename(final)
