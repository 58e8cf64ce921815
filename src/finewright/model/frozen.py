"""States below the lowest layer that learns: computed once, kept on disk, read in every epoch after.

A layer that does not learn gives a token the same state whenever it stands behind the same tokens, so each distinct
beginning of the examples is computed and kept once. Sorted by tokens, an example adds the states behind what it shares
with the one before it. Knows examples and layers; no training.

    states.f32     (N, H) float32, one row a distinct token in its place
    states.json    which rows belong to which example, and what the file was computed from; it is there when all is
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from finewright.base.files import digest_file, digest_json, read_json, write_json, writing
from finewright.base.progress import progress
from finewright.model.batch import Batch, Example
from finewright.model.states import trunk_output
from finewright.model.tiles import Ints
from finewright.model.tree import Branch, TreeBatches, common_prefixes

_STATES, _INDEX = "states.f32", "states.json"


class FrozenStates:
    """What layer `layer` is fed, for each token of the examples it was kept for."""

    def __init__(self, layer: int, states: NDArray[np.float32], rows: Mapping[str, Ints]) -> None:
        self.layer, self._states, self._rows = layer, states, rows

    def behind(self, parts: Sequence[tuple[str, int]]) -> Tensor:
        """The states of the examples named, each from the given depth on, one after another; (T, H)."""
        return torch.from_numpy(self._states[np.concatenate([self._rows[name][depth:] for name, depth in parts])])


def lowest_learning(model: nn.Module) -> int:
    """How many layers lie below the lowest that learns; 0 too where something beneath the layers learns."""
    given: Any = model
    trunk = given.get_decoder()
    if any(weight.requires_grad for weight in trunk.get_input_embeddings().parameters()):
        return 0
    learning = (any(weight.requires_grad for weight in layer.parameters()) for layer in trunk.layers)
    return next((number for number, learns in enumerate(learning) if learns), 0)


def keep_states(
    model: nn.Module, examples: Sequence[Example], micro_tokens: int, folder: Path, identity: Mapping[str, str]
) -> FrozenStates:
    """The states that `folder` holds for these examples, computed now where it does not, or holds others.

    `identity` names base and versions; the examples' tokens and the layer are part of what must agree. Raises
    StorageError where the disk is full.
    """
    layer = lowest_learning(model)
    branches = sorted({one.id: Branch.of(one) for one in examples}.values(), key=lambda one: (one.key, one.example.id))
    rows = _rows(branches)
    key = digest_json([dict(identity), layer, micro_tokens, [[one.example.id, one.example.tokens] for one in branches]])
    if not _is_whole(folder, key):
        _compute(model, layer, branches, rows, micro_tokens, folder)
        write_json(folder / _INDEX, {"of": key, "sha256": digest_file(folder / _STATES)})
    states = np.memmap(folder / _STATES, np.float32, "r")
    return FrozenStates(layer, states.reshape(-1, _width(model)), rows)


def states_bytes(model: nn.Module, examples: Sequence[Example]) -> int:
    """How large the file would be."""
    branches = sorted({one.id: Branch.of(one) for one in examples}.values(), key=lambda one: (one.key, one.example.id))
    return 4 * _width(model) * _distinct(_rows(branches))


def _rows(branches: Sequence[Branch]) -> dict[str, Ints]:
    """For each example, where the states of its tokens are: those it shares are the example's before it."""
    rows: dict[str, Ints] = {}
    count, last = 0, np.empty(0, np.int64)
    for branch, shared in zip(branches, common_prefixes([one.tokens for one in branches]), strict=True):
        own = len(branch.tokens) - shared
        last = rows[branch.example.id] = np.concatenate([last[:shared], np.arange(count, count + own)])
        count += own
    return rows


def _distinct(rows: Mapping[str, Ints]) -> int:
    return 1 + max(int(one.max()) for one in rows.values())


def _compute(
    model: nn.Module,
    layer: int,
    branches: Sequence[Branch],
    rows: Mapping[str, Ints],
    micro_tokens: int,
    folder: Path,
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _INDEX).unlink(missing_ok=True)
    written = 0
    examples = [branch.example for branch in branches]
    with (
        writing(folder / _STATES) as path,
        path.open("wb") as stream,
        progress("Computing the frozen layers", len(examples), "examples") as advance,
    ):
        for batch, parts in TreeBatches(micro_tokens).with_parts(examples):
            computed = np.concatenate([rows[name][depth:] for name, depth in parts])
            # In depth-first order rows come in the order of their numbers; those shared with a batch before, or too
            # few for the tree to share, come once more.
            numbers, places = np.unique(computed, return_index=True)
            fresh = places[numbers >= written]
            stream.write(_below(model, batch, layer).numpy()[fresh].tobytes())
            written += len(fresh)
            advance(len(parts))


@torch.no_grad()
def _below(model: nn.Module, batch: Batch, layer: int) -> Tensor:
    """What layer `layer` is fed, (T, H)."""
    given: Any = model
    fed: list[Tensor] = []

    def stop(_module: nn.Module, args: tuple[Any, ...], keywords: dict[str, Any]) -> None:
        fed.append(args[0] if args else keywords["hidden_states"])
        raise _Fed

    hook = given.get_decoder().layers[layer].register_forward_pre_hook(stop, with_kwargs=True)
    try:
        trunk_output(model, batch)
    except _Fed:
        pass
    finally:
        hook.remove()
    return fed[0].flatten(0, 1)


class _Fed(Exception):
    """The layer was reached: what lies above need not be computed."""


def _width(model: nn.Module) -> int:
    given: Any = model
    return int(given.get_decoder().config.hidden_size)


def _is_whole(folder: Path, key: str) -> bool:
    """Whether the folder holds these very states, undamaged."""
    if not (folder / _INDEX).exists() or not (folder / _STATES).exists():
        return False
    index = read_json(folder / _INDEX)
    return bool(index["of"] == key and index["sha256"] == digest_file(folder / _STATES))
