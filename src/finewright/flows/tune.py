"""The tuned arm: from prepared records to an adapter folder. Resumes what a stopped process left behind.

Joins the model room (base, LoRA, batches) to the training room (loop, objective, checkpoints); knows no arms.
"""

import os
import platform
import shutil
from collections.abc import Callable
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

import torch

from finewright import __version__
from finewright.base.files import digest_json, read_json, write_json
from finewright.base.records import Record
from finewright.flows.budget import micro_tokens
from finewright.flows.folder import RunFolder
from finewright.flows.prepare import Prepared, prompt_of
from finewright.flows.verify import check_saved
from finewright.model import lora
from finewright.model.batch import Example
from finewright.model.hub import load_decoder
from finewright.model.layers import checkpoint_layers
from finewright.model.layout import layout_for
from finewright.model.manifest import Manifest, write_manifest
from finewright.model.portable import portability
from finewright.train.checkpoint import Checkpoints
from finewright.train.heap import keep_freed_memory
from finewright.train.interrupt import interruptible
from finewright.train.loop import train
from finewright.train.metrics import Metrics
from finewright.train.postflight import check_adapter
from finewright.train.preflight import check_examples, check_lengths, check_step
from finewright.train.sft import SftSteps, token_loss
from finewright.train.validation import validation_loss

_PACKAGES = ("torch", "transformers", "peft", "tokenizers", "safetensors", "numpy")


def versions() -> dict[str, str]:
    """What decides the bits besides recipe and data: library versions and the processor's architecture."""
    libraries = {package: version(package) for package in _PACKAGES}
    return {"finewright": __version__, "python": platform.python_version(), "machine": platform.machine()} | libraries


def examples_of(prepared: Prepared, records: tuple[Record, ...]) -> list[Example]:
    """Records as the tuned arm sees them: its own prompt, the answer supervised."""
    recipe, task, chat = prepared.recipe, prepared.task, prepared.chat
    return [chat.encode_example(one.id, prompt_of(recipe, task, one), one.answer) for one in records]


def tune(
    prepared: Prepared, folder: RunFolder, say: Callable[[str], None], *, allow_drift: bool = False
) -> dict[str, Any]:
    """Train the adapter, or pick up where a stopped run was; returns the outcome as kept in `training.json`.

    Raises Interrupted on Ctrl-C after saving a checkpoint.
    """
    if folder.training.exists():
        lora.check(folder.adapter, prepared.base)
        outcome: dict[str, Any] = read_json(folder.training)
        return outcome
    keep_freed_memory()
    settings = prepared.recipe.train
    threads = settings.threads or os.cpu_count() or 1
    torch.set_num_threads(threads)
    learning = examples_of(prepared, prepared.learning)
    choosing = examples_of(prepared, prepared.choosing)
    check_examples(learning)
    check_examples(choosing, "validate with")
    check_lengths([*learning, *choosing], prepared.fitting.limit)
    model = lora.attach(load_decoder(prepared.base), settings.lora, seed=prepared.recipe.seed)
    if settings.gradient_checkpointing:
        checkpoint_layers(model)
    budget = micro_tokens(prepared, folder.resolved)
    batches, why_not = layout_for(model.train(), learning, budget, prepared.chat.pad)
    if why_not:
        say(f"Shared tokens are computed again for each example: {why_not}")
    source = SftSteps(learning, settings, prepared.recipe.seed, batches)
    check_step(source.step(0), learning)
    for note in [*_shortened(prepared), *portability(model.peft_config["default"].to_dict())]:
        say(note)
    say(f"Training on {len(learning)} examples: {source.total} steps of {settings.batch}")
    layout = f"{type(batches).__name__} of {budget} tokens"
    identity = {"run": prepared.digest, "base": prepared.base.digests.combined, "layout": layout}
    store = Checkpoints(
        folder.checkpoints, identity=identity, versions=versions(), threads=threads, allow_drift=allow_drift
    )
    with interruptible() as interrupted, Metrics(folder.metrics) as metrics:
        result = train(
            model,
            source,
            token_loss,
            settings,
            seed=prepared.recipe.seed,
            store=store,
            validate=lambda: validation_loss(model, choosing, batches),
            metrics=metrics,
            interrupted=interrupted,
        )
    check_adapter(model)
    lora.save(model, folder.adapter, prepared.base)
    write_manifest(folder.adapter, manifest(prepared, {}))
    check_saved(model, prepared, folder.adapter)
    say("Checked: saved, loaded again or merged, the adapter answers as it was trained")
    outcome = asdict(result) | {
        "adapter": lora.adapter_digest(folder.adapter),
        "adapter_bytes": sum(path.stat().st_size for path in folder.adapter.iterdir()),
        "examples": len(learning),
        "threads": threads,
        "versions": versions(),
    }
    write_json(folder.training, outcome)
    shutil.rmtree(folder.checkpoints, ignore_errors=True)
    return outcome


def _shortened(prepared: Prepared) -> list[str]:
    """What the length limit did to the rows, if anything."""
    fitting = prepared.fitting
    if not fitting.over:
        return []
    done = "cut" if fitting.action == "truncate" else "dropped, or cut where they are test rows"
    return [f"Rows of more than {fitting.limit:,} tokens, {done}: {len(fitting.over):,} (data/card.json lists them)"]


def manifest(prepared: Prepared, results: dict[str, Any]) -> Manifest:
    """The adapter's `finewright.json`: what it belongs to, what it was made of, how to ask it, how it did."""
    base = prepared.base
    return Manifest(
        base=base.name,
        public_id=base.public_id,
        digests=base.digests,
        data=digest_json(prepared.card),
        run=prepared.digest,
        recipe=prepared.recipe.model_dump(mode="json"),
        task=prepared.task.to_json(),
        prompt=prepared.recipe.arms.tuned.prompt,
        versions=versions(),
        results=results,
    )
