"""`doctor`: what this machine offers and what is missing, each with its remedy. Looks; changes and fetches nothing."""

import importlib.metadata
import os
import platform
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from finewright.base.errors import FinewrightError
from finewright.base.home import home
from finewright.flows.machine import disk_free, memory_free, standing

if TYPE_CHECKING:
    from torch import Tensor

_LIBRARIES = ("torch", "transformers", "peft", "tokenizers", "safetensors", "scikit-learn")
_GB = 1_000_000_000
_TIGHT_MEMORY, _LEAST_MEMORY = 4 * _GB, 2 * _GB
_TIGHT_DISK, _LEAST_DISK = 5 * _GB, 1 * _GB


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: `fail` must be mended before a run, `warn` may get in the way."""

    name: str
    state: Literal["ok", "warn", "fail"]
    said: str
    remedy: str = ""


def examine(runs: Path = Path("runs")) -> list[Finding]:
    """Every finding, in order; `runs` is the folder where run folders would go."""
    foundations = [python(), libraries()]
    if foundations[-1].state == "fail":
        return foundations

    here = [processor(), sameness(), memory(), gpu()]
    places = [disk("disk for bases", home()), disk("disk for runs", runs), writable(home())]
    return [*foundations, *here, *places, *bases()]


def python() -> Finding:
    """The interpreter."""
    return Finding("python", "ok", f"Python {platform.python_version()} on {platform.platform()}")


def libraries() -> Finding:
    """Versions of the libraries that decide results."""
    try:
        versions = {name: importlib.metadata.version(name) for name in _LIBRARIES}
    except importlib.metadata.PackageNotFoundError as fault:
        return Finding("libraries", "fail", f"{fault.name} is not installed", "install finewright again with pip")
    return Finding("libraries", "ok", ", ".join(f"{name} {version}" for name, version in versions.items()))


def processor() -> Finding:
    """How many cores there are and how many threads torch takes by itself."""
    import torch

    return Finding("processor", "ok", f"{os.cpu_count() or 1} core(s), torch takes {torch.get_num_threads()} thread(s)")


def sameness() -> Finding:
    """Whether a gradient through the operations that training uses comes out in the same bits twice."""
    import torch

    before = torch.are_deterministic_algorithms_enabled()
    torch.use_deterministic_algorithms(True)
    try:
        same = torch.equal(_gradient(), _gradient())
    finally:
        torch.use_deterministic_algorithms(before)
    if same:
        return Finding("sameness", "ok", "the same computation gives the same bits")
    return Finding(
        "sameness", "warn", "the same computation gave different bits", "set train.threads: 1 for repeatable runs"
    )


def _gradient() -> "Tensor":
    """Gradient of a small projection whose rows are gathered with repeats, the step seen to vary elsewhere."""
    import torch

    generator = torch.Generator().manual_seed(0)
    states = torch.randn(64, 96, generator=generator).requires_grad_()
    weights = torch.randn(96, 128, generator=generator)
    rows = torch.randint(64, (512,), generator=generator)
    (gradient,) = torch.autograd.grad(torch.logsumexp(states.index_select(0, rows) @ weights, dim=-1).sum(), states)
    return gradient


def memory() -> Finding:
    """Memory that is free now, against what the default base takes."""
    free = memory_free()
    said = f"{_in_gb(free)} free"
    if free < _LEAST_MEMORY:
        return Finding("memory", "fail", said, "close other programs; the default base needs 2 GB")
    if free < _TIGHT_MEMORY:
        return Finding("memory", "warn", said, "lower train.micro_tokens and evaluate.batch_tokens in the recipe")
    return Finding("memory", "ok", said)


def gpu() -> Finding:
    """Which GPU torch sees, if any."""
    import torch

    if torch.cuda.is_available():
        return Finding("gpu", "ok", torch.cuda.get_device_name(0))
    return Finding("gpu", "ok", "none; finewright computes on the processor")


def disk(name: str, folder: Path) -> Finding:
    """Free space where `folder` is or would be."""
    free = disk_free(folder)
    said = f"{_in_gb(free)} free at {folder.absolute()}"
    if free < _LEAST_DISK:
        return Finding(name, "fail", said, "free some space or choose another folder")
    return Finding(
        name, "warn" if free < _TIGHT_DISK else "ok", said, "" if free >= _TIGHT_DISK else "it may get tight"
    )


def writable(home: Path) -> Finding:
    """Whether bases can be stored at `home`."""
    try:
        with tempfile.TemporaryFile(dir=standing(home)):
            return Finding("home", "ok", f"{home} can be written")
    except OSError as fault:
        return Finding(
            "home", "fail", f"{home} cannot be written ({fault.strerror})", "set FINEWRIGHT_HOME to a folder of yours"
        )


def bases() -> list[Finding]:
    """Each base of the catalogue or the store: whether it is here and still what its digest says; and what follows."""
    from finewright.model.hub import listing

    rows = listing()
    missing = [row["name"] for row in rows if not row["stored"]]
    return [*(base(row["name"]) for row in rows if row["stored"]), offline(missing)]


def base(name: str) -> Finding:
    """Whether a stored base still has the content it was stored with."""
    from finewright.model.digests import digests_of
    from finewright.model.hub import find

    remedy = f"remove its folder and run `finewright models pull {name}`"
    try:
        stored = find(name)
        if digests_of(stored.folder) != stored.digests:
            return Finding(f"base {name}", "fail", f"{stored.folder} was changed since it was stored", remedy)
    except (FinewrightError, OSError, ValueError) as fault:
        return Finding(f"base {name}", "fail", str(fault).rstrip("."), remedy)
    return Finding(f"base {name}", "ok", f"stored and verified, digest {stored.digests.combined[:12]}")


def offline(missing: Sequence[str]) -> Finding:
    """Whether everything needed is here, so that no network is."""
    if missing:
        pull = f"run `finewright models pull {' '.join(missing)}` while there is a network"
        return Finding("offline", "warn", f"not stored: {', '.join(missing)}", pull)
    return Finding("offline", "ok", "all known bases are stored; no network is needed")


def _in_gb(count: int) -> str:
    return f"{count / _GB:.1f} GB"
