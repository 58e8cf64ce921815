"""The tagger's weights as a file: eight-bit rows, half-precision layers, and the code they belong to. Knows no text.

The file is safetensors. Its metadata names the scheme, a digest of how the code turns a text
into the network's input; weights made for another scheme are refused, since their rows would mean something else.
"""

from dataclasses import fields
from functools import cache
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from finewright.base.errors import Place, StorageError
from finewright.base.files import digest_file, digest_json
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


def digest(file: Path = FILE) -> str:
    """SHA-256 of a weights file, in hex."""
    return digest_file(file)


def write(weights: Network, file: Path) -> None:
    """Writes a network; its rows are rounded to 255 steps a column, its layers to half precision."""
    kept = {one.name: getattr(weights, one.name) for one in fields(weights) if one.name != "table"}
    kept["table"] = np.frombuffer(weights.table, np.uint8)
    scale = np.abs(kept["rows"]).max(axis=0) / 127
    kept["rows"] = np.rint(kept["rows"] / scale).astype(np.int8)
    halves = {name: value.astype(np.float16) for name, value in kept.items() if value.dtype == np.float32}
    save_file(kept | halves | {"scale": scale.astype(np.float32)}, file, {"scheme": scheme()})


def load(file: Path = FILE) -> Network:
    """The network of a weights file.

    Raises StorageError where the file is missing, damaged, or made for other code.
    """
    try:
        with safe_open(file, framework="numpy") as stored:
            made_for = (stored.metadata() or {}).get("scheme")
            values = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118 (not a mapping)
    except (OSError, SafetensorError) as fault:
        raise StorageError(
            f"the weights of the names tagger cannot be read ({fault})", place=Place(file), remedy=_REMEDY
        ) from fault
    if made_for != scheme():
        raise StorageError("the weights of the names tagger belong to other code", place=Place(file), remedy=_REMEDY)
    scale = values.pop("scale")
    full = {name: value.astype(np.float32) for name, value in values.items() if name not in ("table", "rows")}
    return Network(table=values["table"].tobytes(), rows=values["rows"].astype(np.float32) * scale, **full)
