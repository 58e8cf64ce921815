"""Bases by name: found where they are stored, pulled where they are published, loaded for use.

Stored under FINEWRIGHT_HOME (default `~/.finewright`) in `bases/<name>-<digest>`, each with a `base.json`. A local
transformers folder is a base where it lies: it is hashed once, and its digests are kept under `local/` for as long as
its files' names, sizes and times stay. Only `pull` uses a network; what is stored is found and loaded without.
"""

import difflib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from finewright.base.errors import BaseError, Place, StorageError
from finewright.base.files import digest_json, read_json, write_json
from finewright.base.home import home
from finewright.model.catalogue import CATALOGUE, Kind
from finewright.model.digests import BaseDigests, digests_of
from finewright.model.fetch import fetch_hub, fetch_published
from finewright.model.quantised import check_quantising, configuration, settle_kernels
from finewright.model.quiet import quiet
from finewright.model.weights import count_weights
from finewright.model.whole import scratch_folder, settle

_RECORD = "base.json"
_HERE: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
"""What every opening of a stored model is told: no network, and no code that came with it."""


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


def find(name: str, where: Path | None = None) -> Base:
    """The base of this name, a name of the catalogue, a local folder or a hub id, without a network.

    Raises BaseError where it is unknown, not stored yet, or no usable model folder.
    """
    where = where or home()
    if _is_folder(name):
        return _local(Path(name).expanduser().resolve(), where)
    stored = _stored(name, where)
    if stored is None:
        raise _absent(name)
    return stored


def pull(name: str, where: Path | None = None) -> Base:
    """Fetch and store a base; one that is stored is only found. An interrupted pull leaves nothing behind.

    Raises BaseError where it cannot be had, StorageError where there is no room for it.
    """
    where = where or home()
    if _is_folder(name) or _stored(name, where):
        return find(name, where)
    if name in CATALOGUE:
        entry = CATALOGUE[name]
        return _store(name, entry.public_id, where, lambda folder: fetch_published(entry, folder))
    if "/" in name and not _is_path(name):
        return _store(name, name, where, lambda folder: fetch_hub(name, folder))
    raise _absent(name)


def listing(where: Path | None = None) -> list[dict[str, Any]]:
    """One row for each base known or stored: name, kind, parameters, stored, bytes, digest, licence."""
    where = where or home()
    stored = {base.name: base for base in map(_read, sorted((where / "bases").glob(f"*/{_RECORD}")))}
    names = [*CATALOGUE, *sorted(set(stored) - set(CATALOGUE))]
    return [_row(name, stored.get(name)) for name in names]


def load_decoder(base: Base, *, quantise: bool = False) -> PreTrainedModel:
    """The base's weights in fp32, in eval mode; with `quantise` its linear matrices in 4 bits, to train on top of.

    Raises BaseError where it is no decoder, is damaged, or is stored in fewer bits already, InputError where it cannot
    be quantised here.
    """
    if base.kind != "decoder":
        raise BaseError(
            f"`{base.name}` is an embedding base and cannot write", remedy="choose a decoder, such as smollm2-135m"
        )
    if "quantization_config" in read_json(base.folder / "config.json"):
        raise BaseError(
            "the weights are stored in fewer bits, which neither merge nor serve as they were",
            place=Place(base.folder),
            remedy="name the base in full precision; `train.quantise: nf4` quantises it while it is trained on",
        )
    how: dict[str, Any] = {}
    if quantise:
        check_quantising()
        how = {"quantization_config": configuration(), "device_map": {"": "cpu"}}
    with quiet():
        try:
            model, seen = AutoModelForCausalLM.from_pretrained(
                base.folder,
                dtype=torch.float32,
                use_safetensors=True,
                output_loading_info=True,
                **how,
                **_HERE,
            )
        except (SafetensorError, OSError, RuntimeError) as fault:
            raise _damaged(base.folder) from fault
    # transformers fills weights that it does not find with random numbers, and goes on.
    if seen["missing_keys"]:
        raise _damaged(base.folder)
    if quantise:
        settle_kernels(model)
    return model.eval()


def load_tokenizer(base: Base) -> PreTrainedTokenizerBase:
    """The base's tokenizer."""
    with quiet():
        return AutoTokenizer.from_pretrained(base.folder, **_HERE)


def _stored(name: str, where: Path) -> Base | None:
    # By our name alone: what is stored under a catalogue's name is not the hub's model, but was made from it.
    bases = map(_read, sorted((where / "bases").glob(f"*/{_RECORD}")))
    return next((base for base in bases if base.name == name), None)


def _store(name: str, public_id: str, where: Path, fill: Callable[[Path], None]) -> Base:
    with scratch_folder(where / "bases") as folder:
        fill(folder)
        base = _described(name, public_id, folder, digests_of(folder))
        final = where / "bases" / f"{name.replace('/', '--')}-{base.digests.combined[:12]}"
        write_json(folder / _RECORD, asdict(base) | {"folder": None})
        settle(folder, final)
    return _read(final / _RECORD)


def _local(folder: Path, where: Path) -> Base:
    if not (folder / "config.json").exists():
        raise BaseError("is no model folder: it has no config.json", place=Place(folder), remedy="name a model folder")
    files = {path.name: path.stat() for path in sorted(folder.iterdir()) if path.is_file()}
    key = digest_json([str(folder), {name: [stat.st_size, stat.st_mtime_ns] for name, stat in files.items()}])
    known = where / "local" / f"{key[:16]}.json"
    if not known.exists():
        write_json(known, asdict(digests_of(folder)))
    return _described(str(folder), folder.name, folder, BaseDigests(**read_json(known)))


def _described(name: str, public_id: str, folder: Path, digests: BaseDigests) -> Base:
    with quiet():
        try:
            config = AutoConfig.from_pretrained(folder, **_HERE)
        except (ValueError, OSError) as fault:
            raise BaseError(
                "describes no model that the installed transformers knows",
                place=Place(folder / "config.json"),
                remedy="update transformers or choose another base",
            ) from fault
    decoder = any("CausalLM" in one or "LMHead" in one for one in config.architectures or ())
    context = int(getattr(config, "max_position_embeddings", None) or 2048)
    kind: Kind = "decoder" if decoder else "encoder"
    return Base(name, kind, public_id, folder, digests, context, count_weights(folder))


def _is_folder(name: str) -> bool:
    """Whether a model folder is meant; a folder that happens to be called like a known base is not."""
    return name not in CATALOGUE and Path(name).expanduser().is_dir()


def _is_path(name: str) -> bool:
    return name.startswith((".", "/", "~"))


def _damaged(folder: Path) -> BaseError:
    return BaseError(
        "the weights are damaged or incomplete",
        place=Place(folder),
        remedy="remove the folder and pull the base again, or copy it anew",
    )


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
    if _is_path(name):
        return BaseError(f"there is no model folder `{name}`", remedy="check the path")
    if "/" in name:
        ours = next((f", or use `{one.name}`, made from it" for one in CATALOGUE.values() if one.public_id == name), "")
        return BaseError(
            f"the base `{name}` is not stored",
            remedy=f"run `finewright models pull {name}` where a hub is reachable{ours}",
        )
    near = difflib.get_close_matches(name, CATALOGUE, n=1)
    known = f"did you mean `{near[0]}`" if near else f"choose one of {', '.join(CATALOGUE)}, a folder, or a hub id"
    return BaseError(f"there is no base `{name}`", remedy=known)
