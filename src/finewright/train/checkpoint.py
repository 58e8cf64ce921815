"""Checkpoints: whole or absent, verified when read, never pickled. Knows named tensors and numbers; no model.

    step-00000020.safetensors   weights and optimizer after 20 steps
    step-00000020.json          its SHA-256, whose run it is, versions and threads, and the loop's numbers
    best-00000010.safetensors   the weights with the best validation loss so far, and its .json

A snapshot is there when its .json is: the tensors are written before it and removed after it, each under a
temporary name first, so a crash leaves the snapshots that were complete. The two newest are kept, with the best
weights each refers to.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors.torch import load, save
from torch import Tensor

from finewright.base.errors import FinewrightError, InputError, Place, StorageError
from finewright.base.files import digest_bytes, read_json, write_json, writing

_KEPT = 2


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What was saved after an optimizer step."""

    numbers: dict[str, Any]
    tensors: dict[str, Tensor]


class Checkpoints:
    """The snapshots of one run in one folder.

    identity      digests of recipe, data and base: a checkpoint of another identity is refused
    versions      library versions, which with `threads` decide the bits: resuming under others is refused
    allow_drift   resume under other versions or another thread count all the same
    """

    def __init__(
        self,
        folder: Path,
        *,
        identity: Mapping[str, str],
        versions: Mapping[str, str],
        threads: int,
        allow_drift: bool = False,
    ) -> None:
        self.folder = folder
        self._identity = dict(identity)
        self._circumstances = {**versions, "threads": str(threads)}
        self._allow_drift = allow_drift

    def save(self, step: int, best: int, numbers: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> None:
        """Keep the state after `step`, which refers to the best weights of step `best` (0: none yet).

        Raises StorageError where the disk is full; the checkpoints before it then still stand.
        """
        self._write(_step(step), tensors, {"best": best, "numbers": dict(numbers)})
        self._prune()

    def save_best(self, step: int, weights: Mapping[str, Tensor]) -> None:
        """Keep the weights after `step`, to be referred to by the next `save`."""
        self._write(_best(step), weights, {})

    def latest(self) -> Checkpoint | None:
        """The newest state, or None where there is none.

        Raises StorageError where it or the best weights it refers to are damaged, InputError where it belongs to
        another run, FinewrightError where versions or threads are not those it was made under.
        """
        names = self._complete("step-")
        if not names:
            return None
        header, tensors = self._read(names[-1])
        self._require_same(names[-1], header)
        if header["best"]:
            self._read(_best(header["best"]))
        return Checkpoint(header["numbers"], tensors)

    def best(self, step: int) -> dict[str, Tensor]:
        """The weights kept by `save_best(step, ...)`. Raises StorageError where they are damaged."""
        return self._read(_best(step))[1]

    def _write(self, name: str, tensors: Mapping[str, Tensor], extra: Mapping[str, Any]) -> None:
        content = save({key: value.detach().contiguous() for key, value in tensors.items()})
        with writing(self._tensors(name)) as temporary:
            temporary.write_bytes(content)
        fixed = {"sha256": digest_bytes(content), "identity": self._identity, "circumstances": self._circumstances}
        write_json(self._header(name), {**fixed, **extra})

    def _read(self, name: str) -> tuple[dict[str, Any], dict[str, Tensor]]:
        header = self._whole_header(name)
        path = self._tensors(name)
        try:
            content = path.read_bytes()
        except OSError as fault:
            raise self._damaged(path, f"cannot be read back ({fault.strerror})") from fault
        if digest_bytes(content) != header["sha256"]:
            raise self._damaged(path, "is corrupt: its SHA-256 is not the one it was saved with")
        return header, load(content)

    def _whole_header(self, name: str) -> dict[str, Any]:
        path = self._header(name)
        try:
            header: dict[str, Any] = read_json(path)
        except StorageError as fault:
            raise self._damaged(path, "is corrupt or missing: no JSON can be read from it") from fault
        wanted = {"sha256", "identity", "circumstances"} | ({"best", "numbers"} if name.startswith("step-") else set())
        if not isinstance(header, dict) or not wanted <= header.keys():
            raise self._damaged(path, "is corrupt: it is not a checkpoint of this program")
        return header

    def _require_same(self, name: str, header: Mapping[str, Any]) -> None:
        place = Place(self._header(name))
        if header["identity"] != self._identity:
            raise InputError(
                "this checkpoint belongs to another recipe, data or base",
                place=place,
                remedy=f"run in another folder, or remove {self.folder} to train anew",
            )
        drift = _drift(header["circumstances"], self._circumstances)
        if drift and not self._allow_drift:
            raise FinewrightError(
                f"this checkpoint was made under other circumstances ({drift}), so the result would not be the same",
                place=place,
                remedy=f"restore them, pass --allow-drift to resume all the same, or remove {self.folder}",
            )

    def _prune(self) -> None:
        steps = self._complete("step-")[-_KEPT:]
        kept = {*steps, *(_best(self._whole_header(name)["best"]) for name in steps)}
        for path in sorted(self.folder.iterdir(), key=lambda path: path.suffix != ".json"):
            if path.stem not in kept and path.name.lstrip(".").startswith(("step-", "best-")):
                path.unlink()

    def _complete(self, prefix: str) -> list[str]:
        return sorted(path.stem for path in self.folder.glob(f"{prefix}*.json"))

    def _header(self, name: str) -> Path:
        return self.folder / f"{name}.json"

    def _tensors(self, name: str) -> Path:
        return self.folder / f"{name}.safetensors"

    def _damaged(self, path: Path, what: str) -> StorageError:
        steps = self._complete("step-")
        back = f"remove {self._header(steps[-1])} to go on from the checkpoint before it, or " if len(steps) > 1 else ""
        return StorageError(what, place=Place(path), remedy=f"{back}remove {self.folder} to train anew")


def _step(step: int) -> str:
    return f"step-{step:08d}"


def _best(step: int) -> str:
    return f"best-{step:08d}"


def _drift(then: Mapping[str, str], now: Mapping[str, str]) -> str:
    """Which circumstances differ, as in 'torch 2.13.0 then, 2.14.0 now'; empty where none does."""
    differing = [name for name in sorted({*then, *now}) if then.get(name) != now.get(name)]
    return "; ".join(f"{name} {then.get(name, 'none')} then, {now.get(name, 'none')} now" for name in differing)
