"""What continued pretraining will need: memory, minutes and disk, from the counted tokens. Knows no answers."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from finewright.flows.audit.workload import NAME as ATTACKS
from finewright.flows.budget import micro_tokens
from finewright.flows.documents import PreparedDocuments, rows_in
from finewright.flows.estimate import PROGRAM_BYTES, READING, TRAINING, Estimate, disk_bytes
from finewright.flows.machine import arithmetic_rate, disk_free, memory_free
from finewright.model import cost


def estimate_documents(prepared: PreparedDocuments, resolved: Path | None = None) -> Estimate:
    """Estimate a run on documents, with the budget in its `resolved` recipe where there is one."""
    shape, settings = cost.shape_of(prepared.base), prepared.recipe.train
    threads = settings.threads or os.cpu_count() or 1
    rate = arithmetic_rate(threads)
    minutes = {name: seconds / 60 for name, seconds in _seconds(prepared, shape, rate)}
    micro = max(micro_tokens(prepared, resolved), max(len(row.tokens) for row in rows_in(prepared.learning)))
    peak = max(
        cost.training_bytes(shape, settings, micro),
        cost.serving_bytes(shape, prepared.recipe.evaluate.batch_tokens),
    )
    return Estimate(
        memory_bytes=PROGRAM_BYTES + peak,
        memory_available=memory_free(),
        minutes=minutes | {"total": sum(minutes.values())},
        disk_bytes=disk_bytes(settings, shape, prepared.parts),
        disk_free=disk_free(prepared.recipe.output.runs),
        basis=(
            f"Base {prepared.base.name}. {'; '.join(prepared.said)}.",
            f"This machine multiplies matrices at {rate / 1e9:,.0f} GFLOP/s on {threads} thread(s), just measured.",
            f"Training is taken to reach {TRAINING:.0%} of that, reading {READING:.0%}, as seen on two cores.",
            "Training may end earlier where the validation loss stops falling; every epoch is counted here.",
        ),
    )


def _seconds(prepared: PreparedDocuments, shape: cost.Shape, rate: float) -> Iterator[tuple[str, float]]:
    """Seconds by stage. Every token meets the head, whose expected row is one more product where it is trained."""
    settings = prepared.recipe.train
    tokens = {name: of["tokens"] for name, of in prepared.card["documents"]["parts"].items()}
    head = 2.0 * shape.hidden * shape.vocabulary
    reading = (cost.reading_flops(shape) + head) / (READING * rate)
    training = (cost.training_flops(shape, settings) + 2 * head) / (TRAINING * rate)
    validations = settings.epochs * settings.evaluations + 1
    yield "reading held-out documents", 2 * tokens["test"] * reading
    yield "training", settings.epochs * tokens["train"] * training + validations * tokens["validation"] * reading
    if prepared.recipe.audit.enabled and prepared.recipe.audit.membership.enabled:
        yield ATTACKS, 2 * _attacked(prepared, tokens) * reading


def _attacked(prepared: PreparedDocuments, tokens: Mapping[str, int]) -> float:
    """Tokens of the documents that membership reads, of either side as many as the recipe says."""
    parts, most = prepared.parts, prepared.recipe.audit.membership.rows
    held_out, beside = len(parts.test) + len(parts.validation), tokens["test"] + tokens["validation"]
    return min(1.0, most / len(prepared.learning)) * tokens["train"] + min(1.0, most / held_out) * beside
