"""One training in a run folder: the loop with its checkpoints, its log and Ctrl-C. Knows no task, no data, no arm."""

import os
import platform
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path

import torch
from torch import nn

from finewright import __version__
from finewright.base.recipe_train import Learning
from finewright.train.checkpoint import Checkpoints
from finewright.train.interrupt import interruptible
from finewright.train.loop import Loss, Source, train
from finewright.train.metrics import Metrics
from finewright.train.outcome import Outcome

_PACKAGES = ("torch", "transformers", "peft", "tokenizers", "safetensors", "numpy")


def versions() -> dict[str, str]:
    """What decides the bits besides recipe and data: library versions and the processor's architecture."""
    libraries = {package: version(package) for package in _PACKAGES}
    return {"finewright": __version__, "python": platform.python_version(), "machine": platform.machine()} | libraries


def take_threads(settings: Learning) -> int:
    """Have torch compute on the recipe's threads, or on the machine's cores; how many that are."""
    threads = settings.threads or os.cpu_count() or 1
    torch.set_num_threads(threads)
    return threads


def learn(
    model: nn.Module,
    source: Source,
    loss: Loss,
    settings: Learning,
    *,
    seed: int,
    folder: Path,
    identity: Mapping[str, str],
    validate: Callable[[], float],
    allow_drift: bool = False,
) -> Outcome:
    """Train the model's trainable weights, or pick up where a stopped run was.

    `folder` gets `metrics.jsonl` and, until the caller removes them, `checkpoints`; `identity` names what a checkpoint
    belongs to. Raises what `train` raises, Interrupted on Ctrl-C among it.
    """
    store = Checkpoints(
        folder / "checkpoints",
        identity=identity,
        versions=versions(),
        threads=settings.threads or os.cpu_count() or 1,
        allow_drift=allow_drift,
    )
    with interruptible() as interrupted, Metrics(folder / "metrics.jsonl") as metrics:
        return train(
            model,
            source,
            loss,
            settings,
            seed=seed,
            store=store,
            validate=validate,
            metrics=metrics,
            interrupted=interrupted,
        )
