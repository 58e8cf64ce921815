"""The tagger's weights as files: eight-bit rows, half-precision layers, and the code they belong to. Knows no text.

`weights.safetensors` holds the network and `lists.bloom`, beside it, the filter of the lists of names. The metadata
of the first is one digest of the scheme (how the code turns a text into the network's input) and of the second;
weights made for another scheme or other lists are refused, since their rows would mean something else.
"""

from dataclasses import fields
from functools import cache
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from finewright.base.errors import Place, StorageError
from finewright.base.files import digest_bytes, digest_file, digest_json, writing
from finewright.privacy.names.features import AFFIXES, FLAGS, WORDS, features
from finewright.privacy.names.gazetteer import LISTS, filter_of
from finewright.privacy.names.network import REACH, TAGS, Network
from finewright.privacy.names.tokens import cut

FILE = Path(__file__).with_name("weights.safetensors")
_REMEDY = "reinstall finewright, or make them again with benchmarks/train_names.py"


_SAMPLE = "Dear Ms. José O'Neill-MÜLLER,\n > 12b Main St., SW1A 1AA\n\n0049 1999 王伟 Анна आदित्य 'tis the U.S. x’s \t"
_LISTS = {name: [f"{name}{k}" for k in range(3)] + ["jose", "main"][: at % 3] for at, name in enumerate(LISTS)}


@cache
def scheme() -> str:
    """A digest of how this code turns a text into the network's input and what its scores stand for."""
    table = filter_of(_LISTS)
    seen = [[token, features(token, table), features(token, table, listed=False)] for token in cut(_SAMPLE)]
    return digest_json([seen, table.hex(), FLAGS, WORDS, AFFIXES, REACH, TAGS])


def lists_beside(file: Path) -> Path:
    """Where the filter of the lists of names lies that a weights file was made with."""
    return file.with_name("lists.bloom")


def digest(file: Path = FILE) -> str:
    """SHA-256 of a weights file, in hex; the lists beside it are named inside by theirs."""
    return digest_file(file)


def write(weights: Network, file: Path) -> None:
    """Writes a network; its rows are rounded to 255 steps a column, its layers to half precision."""
    kept = {one.name: getattr(weights, one.name) for one in fields(weights) if one.name != "table"}
    scale = np.abs(kept["rows"]).max(axis=0) / 127
    kept["rows"] = np.rint(kept["rows"] / scale).astype(np.int8)
    halves = {name: value.astype(np.float16) for name, value in kept.items() if value.dtype == np.float32}
    with writing(lists_beside(file)) as lists:
        lists.write_bytes(weights.table)
    # One word of metadata: safetensors writes several in an order of chance, and the same weights are the same bytes.
    belongs = {"made_for": _made_for(weights.table)}
    save_file(kept | halves | {"scale": scale.astype(np.float32)}, file, belongs)


def _made_for(table: bytes) -> str:
    return digest_json([scheme(), digest_bytes(table)])


def load(file: Path = FILE) -> Network:
    """The network of a weights file.

    Raises StorageError where it or its lists are missing or damaged, or were made for other code.
    """
    try:
        with safe_open(file, framework="numpy") as stored:
            made_for = (stored.metadata() or {}).get("made_for")
            values = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118 (not a mapping)
        table = lists_beside(file).read_bytes()
    except (OSError, SafetensorError) as fault:
        raise StorageError(
            f"the weights of the names tagger cannot be read ({fault})", place=Place(file), remedy=_REMEDY
        ) from fault
    if made_for != _made_for(table):
        raise StorageError("the weights of the names tagger belong to other code", place=Place(file), remedy=_REMEDY)
    scale = values.pop("scale")
    full = {name: value.astype(np.float32) for name, value in values.items() if name != "rows"}
    return Network(table=table, rows=values["rows"].astype(np.float32) * scale, **full)
