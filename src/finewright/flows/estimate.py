"""`estimate`: memory, minutes and disk of a run, from the examples' lengths and a second of measuring this machine.

Counts tokens on the prompts that the arms will send and multiplies them by the model room's arithmetic. What no
arithmetic knows, such as how much of the processor's peak each kind of work reaches, is a constant with its origin.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from finewright.base.errors import BaseError, InputError
from finewright.base.recipe_file import read_recipe
from finewright.base.recipe_train import Learning, Train
from finewright.base.records import PREFERRED
from finewright.data.shapes.documents import is_documents
from finewright.data.split import Parts
from finewright.flows.audit.workload import NAME as ATTACKS
from finewright.flows.audit.workload import attacks
from finewright.flows.budget import micro_tokens
from finewright.flows.encoder import why_not as why_no_head
from finewright.flows.machine import arithmetic_rate, disk_free, memory_free
from finewright.flows.prepare import Prepared, prepare
from finewright.flows.workload import Stage, longest, stages
from finewright.model import cost
from finewright.model.hub import find

# Shares of the measured matrix-product rate. Seen with a base of 134M parameters on two cores of some 150 GFLOP/s:
# 300 tokens/s in training, 600 read, 250 written to 32 rows side by side.
TRAINING, READING, _WRITING = 0.9, 0.9, 0.45
# Padded positions that are read beside the real ones; batches hold prompts of like length.
_PADDING = 1.1
# Logistic regression, per training row and label: 77 labels on 3,000 rows took some ten seconds on two cores.
_CLASSIFYING = 5e-5
# Opening and checking the weights, twice: for answering and for training.
_OPENING_BYTES_PER_SECOND, _OPENING = 2e8, 6.0
# What Python and the libraries take before any model is there.
PROGRAM_BYTES = 800_000_000
_REPORT_BYTES = 2_000_000


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a run needs against what is there. `minutes` by stage, the last one `total`; `basis` in sentences."""

    memory_bytes: int
    memory_available: int
    minutes: dict[str, float]
    disk_bytes: int
    disk_free: int
    basis: tuple[str, ...]


def estimate(recipe_path: Path) -> Estimate:
    """Estimate a recipe. Raises what `prepare` raises where recipe, data or base are at fault."""
    resolved = read_recipe(recipe_path)
    if is_documents(resolved.recipe):
        # It builds on this module, and so cannot be imported before it.
        from finewright.flows.documents import prepare_documents
        from finewright.flows.pretrain_estimate import estimate_documents

        return estimate_documents(prepare_documents(resolved))
    return estimate_prepared(prepare(resolved))


def estimate_prepared(prepared: Prepared, resolved: Path | None = None) -> Estimate:
    """Estimate a run whose data is prepared, with the budget in its `resolved` recipe where there is one."""
    shape = cost.shape_of(prepared.base)
    threads = prepared.recipe.train.threads or os.cpu_count() or 1
    rate = arithmetic_rate(threads)
    work = [*stages(prepared), *attacks(prepared)]
    minutes = dict(_minutes(prepared, shape, work, rate))
    return Estimate(
        memory_bytes=_memory(prepared, shape, resolved),
        memory_available=memory_free(),
        minutes=minutes | {"total": sum(minutes.values())},
        disk_bytes=disk_bytes(prepared.recipe.train, shape, prepared.parts),
        disk_free=disk_free(prepared.recipe.output.runs),
        basis=tuple(_basis(prepared, work, rate, threads)),
    )


def refuse(needed: Estimate) -> None:
    """Raise InputError where the run cannot fit, naming the settings to lower."""
    if needed.memory_bytes > needed.memory_available:
        raise InputError(
            f"the run needs {_gb(needed.memory_bytes)} of memory and {_gb(needed.memory_available)} is free",
            remedy="lower train.micro_tokens, evaluate.batch_tokens or train.max_length in the recipe",
        )
    if needed.disk_bytes > needed.disk_free:
        raise InputError(
            f"the run needs {_gb(needed.disk_bytes)} of disk and {_gb(needed.disk_free)} is free",
            remedy="free some space, set output.runs to a folder on another disk, or lower train.lora.rank",
        )


def _minutes(prepared: Prepared, shape: cost.Shape, work: list[Stage], rate: float) -> Iterator[tuple[str, float]]:
    yield "opening the base", (2 * _weight_bytes(shape) / _OPENING_BYTES_PER_SECOND + _OPENING) / 60
    yield "classifiers", _classifier_seconds(prepared, rate) / 60
    if head := _head_seconds(prepared, rate):
        yield "reward model" if prepared.task.kind == "preferences" else "encoder", head / 60
    for stage in work:
        yield stage.name, stage_seconds(stage, shape, prepared.recipe.train, rate) / 60


def stage_seconds(stage: Stage, shape: cost.Shape, settings: Learning, rate: float) -> float:
    """Seconds of a stage at a matrix-product rate of `rate` operations per second."""
    training = stage.trained * cost.training_flops(shape, settings) / TRAINING
    reading = stage.read * cost.reading_flops(shape) / READING
    writing = stage.written * cost.writing_flops(shape) / _WRITING
    return (training + _PADDING * reading + writing) / rate


def _classifier_seconds(prepared: Prepared, rate: float) -> float:
    arms, parts, task = prepared.recipe.arms, prepared.parts, prepared.task
    if task.kind in PREFERRED:
        return 0.0
    choices = len(task.labels) + sum(len(field.choices or ()) for field in task.fields)
    fitting = _CLASSIFYING * len(parts.train) * choices
    seconds = fitting if arms.tfidf.enabled else 0.0
    if arms.frozen.enabled and choices:
        rows = len(parts.train) + len(parts.validation) + len(parts.test)
        seconds += fitting + rows * _embedding_flops(prepared, arms.frozen.base) / (READING * rate)
    return seconds


def _head_seconds(prepared: Prepared, rate: float) -> float:
    """Training the arm with a head forwards and backwards, its validations, and its answers to every test row."""
    arms, parts, kind = prepared.recipe.arms, prepared.parts, prepared.task.kind
    arm = arms.reward if kind == "preferences" else arms.encoder
    if not arm.enabled or (kind != "preferences" and why_no_head(prepared.task)):
        return 0.0
    sides = 2 if kind == "preferences" else 1
    learned = 3 * arm.train.epochs * len(parts.train)
    read = (arm.train.epochs * arm.train.evaluations + 1) * len(parts.validation) + len(parts.test)
    return sides * (learned / TRAINING + read / READING) * _embedding_flops(prepared, arm.base) / rate


def _embedding_flops(prepared: Prepared, base: str) -> float:
    """Operations to embed one row, as if every weight met every token: too many, if anything."""
    try:
        encoder = find(base)
    except BaseError:
        return 0.0
    train = prepared.parts.train[:50]
    tokens = sum(len(prepared.chat.encode_prompt(record.messages)) for record in train) / len(train)
    return 2.0 * encoder.parameters * tokens


def _memory(prepared: Prepared, shape: cost.Shape, resolved: Path | None) -> int:
    """Peak bytes. The base that answered for the prompted arms stays open while its twin is trained."""
    recipe = prepared.recipe
    peak = cost.serving_bytes(shape, recipe.evaluate.batch_tokens)
    if recipe.train.enabled and recipe.arms.tuned.enabled:
        micro = max(micro_tokens(prepared, resolved), longest(prepared))
        peak = max(peak, _weight_bytes(shape) + cost.training_bytes(shape, recipe.train, micro))
    return PROGRAM_BYTES + peak


def disk_bytes(settings: Train, shape: cost.Shape, parts: Parts) -> int:
    """Bytes in the run folder at its largest: checkpoints of weights and two moments, the best ones, and the result.

    Two checkpoints are kept while a third is written, each with the best weights it refers to.
    """
    trained = cost.trained_bytes(shape, settings) if settings.enabled else 0
    saved = 4 * shape.parameters if settings.method == "full" else trained
    texts = sum(len(one.text) + len(one.answer) for part in (parts.train, parts.validation, parts.test) for one in part)
    return 3 * (3 * trained) + 3 * trained + saved + 4 * texts + _REPORT_BYTES


def _basis(prepared: Prepared, work: list[Stage], rate: float, threads: int) -> Iterator[str]:
    trained, read, written = (sum(getattr(stage, kind) for stage in work) for kind in ("trained", "read", "written"))
    yield f"Base {prepared.base.name}; {trained:,.0f} tokens to train on, {read:,.0f} to read, {written:,.0f} to write."
    yield f"This machine multiplies matrices at {rate / 1e9:,.0f} GFLOP/s on {threads} thread(s), just measured."
    yield (
        f"Training is taken to reach {TRAINING:.0%} of that, reading {READING:.0%}, writing {_WRITING:.0%}, as seen "
        "on two cores; other programs that run meanwhile take their share."
    )
    yield "Training may end earlier where the validation loss stops falling; every epoch is counted here."
    if any(stage.name == ATTACKS for stage in work):
        yield "The attacks at the end are counted at their most: answers that end earlier take less."


def _weight_bytes(shape: cost.Shape) -> int:
    return 4 * shape.parameters


def _gb(count: int) -> str:
    return f"{count / 1e9:.1f} GB"
