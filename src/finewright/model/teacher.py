"""What a teacher expects next at each token of its answers: its states, computed once, kept on disk, read at each step.

A state and the head behind it are a distribution over the whole vocabulary, and a state is a hundred times smaller.
Knows examples and layouts; nothing of who is taught, or of prompts.

    answers.f32    (N, H) float32, one row a supervised token: the state that predicts it
    answers.json   which rows belong to which example, and what the file was computed from; it is there when all is
"""

import copy
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from finewright.base.files import digest_file, digest_json, read_json, write_json, writing
from finewright.base.progress import progress
from finewright.model.batch import Batch, Batches, Example, by_entry, in_turn
from finewright.model.layout import layout_for
from finewright.model.states import hidden_states

_STATES, _INDEX = "answers.f32", "answers.json"


class TeacherStates:
    """The states kept in `folder`, by the examples that they were kept for.

    tokens   tokens that were computed for them, shared ones once
    seconds  the wall time that this took

    Raises StorageError where the folder holds none.
    """

    def __init__(self, folder: Path) -> None:
        index: dict[str, Any] = read_json(folder / _INDEX)
        self.tokens, self.seconds = int(index["tokens"]), float(index["seconds"])
        self._rows: dict[str, tuple[int, int]] = {name: (first, last) for name, first, last in index["rows"]}
        states: NDArray[np.float32] = np.memmap(folder / _STATES, np.float32, "r")
        self._states = states.reshape(-1, index["width"])

    def behind(self, batch: Batch) -> Tensor:
        """The teacher's state behind each entry of a batch, (E, H), whatever the batch's own tokens are.

        Raises ValueError where an example has another number of supervised tokens than the teacher's had.
        """
        rows = {name: self._rows[name] for name in batch.ids}
        return by_entry(batch, {name: torch.from_numpy(np.array(self._states[a:b])) for name, (a, b) in rows.items()})


class TeacherHead(nn.Module):
    """The output layer of `model` as it is now: a copy where it is to learn, the layer itself where it is not."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        given: Any = model
        head: nn.Module = given.get_output_embeddings()
        learns = any(weight.requires_grad for weight in head.parameters())
        self._head = copy.deepcopy(head).requires_grad_(False) if learns else head

    def get_output_embeddings(self) -> nn.Module:
        """The layer, by the name that transformers gives it."""
        return self._head


def keep_teacher(
    model: Callable[[], nn.Module],
    examples: Sequence[Example],
    micro_tokens: int,
    pad: int,
    folder: Path,
    identity: Mapping[str, str],
) -> TeacherStates:
    """The teacher's states behind the examples' supervised tokens, as `folder` holds them: computed where it does not.

    `model` gives the teacher, in eval mode and asking for no gradient. What many examples begin with is computed once
    for each `micro_tokens` of them. `identity` names base and versions; the examples are part of what must agree.
    Raises StorageError where the disk is full.
    """
    described = [[one.id, one.tokens, one.supervised] for one in sorted(examples, key=lambda one: one.id)]
    key = digest_json([dict(identity), micro_tokens, described])
    if not _is_whole(folder, key):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _INDEX).unlink(missing_ok=True)
        began = time.monotonic()
        batches, _ = layout_for(model(), examples, micro_tokens, pad)
        found = _compute(model(), examples, batches, folder / _STATES)
        of = {"of": key, "sha256": digest_file(folder / _STATES), "seconds": time.monotonic() - began}
        write_json(folder / _INDEX, found | of)
    return TeacherStates(folder)


@torch.no_grad()
def _compute(model: nn.Module, examples: Sequence[Example], batches: Batches, file: Path) -> dict[str, Any]:
    """Write the states as they are computed; which rows are whose, how wide they are, and the tokens they took."""
    targets = {example.id: example.targets for example in examples}
    rows: list[tuple[str, int, int]] = []
    written = tokens = width = 0
    with (
        writing(file) as path,
        path.open("wb") as stream,
        progress("Reading the teacher's answers", len(examples), "answers") as advance,
    ):
        for batch in in_turn(batches(examples)):
            states = hidden_states(model, batch).index_select(0, batch.state).float()  # (E, H)
            stream.write(states.numpy().tobytes())
            for name in batch.ids:  # a layout holds an example's entries together, in the order of its ids
                rows.append((name, written, written + targets[name]))
                written += targets[name]
            tokens, width = tokens + batch.tokens, states.shape[1]
            advance(len(batch.ids))
    return {"rows": rows, "width": width, "tokens": tokens}


def _is_whole(folder: Path, key: str) -> bool:
    """Whether the folder holds these very states, undamaged."""
    if not (folder / _INDEX).exists() or not (folder / _STATES).exists():
        return False
    index = read_json(folder / _INDEX)
    return bool(index["of"] == key and index["sha256"] == digest_file(folder / _STATES))
