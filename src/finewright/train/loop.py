"""THE loop: steps of batches and a loss in, trained weights out. Every training method runs through here.

It knows steps, batches and a loss; nothing of records, templates, padding or tasks. Another method is another
source of steps and another loss, and changes no line of this file.

Sameness: the state after step n depends on the arguments and n alone. Randomness is seeded anew at each step, the
learning rate is a function of the step, and a checkpoint holds the rest (weights, moments, numbers), so a run that
was killed and resumed ends in the same bits. Checkpoints are written at every validation, and between two of them
whenever a minute has passed: when they fall decides how much is repeated after a crash, never what comes out.
"""

import time
from collections.abc import Callable, Mapping
from typing import Protocol

from torch import Tensor, nn
from torch.optim import AdamW

from finewright.base.errors import Interrupted
from finewright.base.progress import progress
from finewright.base.recipe_train import Learning
from finewright.model.batch import Batch, Step
from finewright.train.checkpoint import Checkpoints
from finewright.train.first_step import check_moved
from finewright.train.metrics import Metrics
from finewright.train.optim import (
    adamw,
    clip_gradients,
    descend,
    learning_rate,
    moments_of,
    put_moments,
    require_finite,
)
from finewright.train.outcome import Outcome, Tally
from finewright.train.preflight import check_trainable
from finewright.train.sameness import reseed, same_bits
from finewright.train.weights import fingerprints, put_weights, weights_of

_SAVE_SECONDS = 60.0

Loss = Callable[[nn.Module, Batch], Tensor]
"""A model and a micro-batch -> the loss (), summed over the batch's entries: `Step.weight` is what it is divided by."""


class Source(Protocol):
    """Where optimizer steps come from: `total` of them, `per_epoch` to a pass, each a pure function of its number."""

    @property
    def total(self) -> int: ...
    @property
    def per_epoch(self) -> int: ...
    def step(self, number: int) -> Step: ...


def train(
    model: nn.Module,
    source: Source,
    loss: Loss,
    settings: Learning,
    *,
    seed: int,
    store: Checkpoints,
    validate: Callable[[], float],
    metrics: Metrics,
    interrupted: Callable[[], bool],
) -> Outcome:
    """Train the model's trainable weights; they end as those that `settings.keep` names, the model in eval mode.

    Takes up where `store` left off. `validate` gives a loss in nats per supervised token and leaves the model in
    training mode; `interrupted` is asked before each step.

    Raises Interrupted after saving a checkpoint, FinewrightError where a loss or gradient is not finite, and what
    `Checkpoints.latest` raises.
    """
    check_trainable(model)
    with same_bits(settings.threads), progress("Training", source.total, "steps") as advance:
        model.train()
        optimizer = adamw(model, settings)
        tally = _resumed(model, optimizer, source, store, metrics) or _begun(validate, metrics)
        start = fingerprints(model)
        advance(tally.step)
        saved = time.monotonic()
        began = saved - tally.seconds

        for number in range(tally.step, source.total):
            if tally.stopped_early:
                break
            if interrupted():
                _save(model, optimizer, store, tally)
                raise Interrupted(
                    f"training was stopped after step {number} of {source.total} and is saved",
                    remedy="run the same command again to resume",
                )

            reseed(seed, number)
            step = source.step(number)
            summed = 0.0
            for batch in step.batches:
                part = loss(model, batch) / step.weight  # ()
                part.backward()  # type: ignore[no-untyped-call]
                summed += part.item()

            gradient = clip_gradients(optimizer, settings.clip)
            require_finite(number + 1, loss=summed, gradient_norm=gradient)
            rate = learning_rate(number, source.total, settings)
            descend(optimizer, rate)
            if step.batches and not tally.supervised_tokens:
                check_moved(model, optimizer, start)

            tokens = sum(batch.tokens for batch in step.batches)
            tally.learned(summed, tokens, sum(len(batch.target) for batch in step.batches))
            tally.seconds = time.monotonic() - began
            place = {"step": tally.step, "epoch": tally.step / source.per_epoch}
            metrics.append(
                place
                | {
                    "loss": summed,
                    "learning_rate": rate,
                    "gradient_norm": gradient,
                    "tokens": tokens,
                    "seconds": tally.seconds,
                }
                | dict(step.figures())
            )
            advance(1, f"loss {summed:.3f}")

            due = validation_due(tally.step, source.per_epoch, settings.evaluations)
            if due:
                held_out = validate()
                require_finite(tally.step, validation_loss=held_out)
                best = tally.validated(held_out, settings.patience, settings.keep)
                if best:
                    store.save_best(tally.step, weights_of(model))
                tally.seconds = time.monotonic() - began
                metrics.append(place | {"validation_loss": held_out, "best": best})
            if due or time.monotonic() - saved > _SAVE_SECONDS:
                _save(model, optimizer, store, tally)
                saved = time.monotonic()

        put_weights(model, store.best(tally.best_step))
        model.eval()
    return tally.outcome(source.per_epoch)


def validation_due(step: int, per_epoch: int, evaluations: int) -> bool:
    """Whether a validation follows the step-th optimizer step (1-based).

    `evaluations` of them are spread evenly over an epoch, the last at its end; never more than one a step.
    """
    return step * evaluations // per_epoch > (step - 1) * evaluations // per_epoch


def _begun(validate: Callable[[], float], metrics: Metrics) -> Tally:
    """The start of a new training: an empty log, and the base's own loss to be measured against."""
    metrics.rewind(-1)
    base = validate()
    require_finite(0, validation_loss=base)
    metrics.append({"step": 0, "epoch": 0.0, "validation_loss": base, "best": False})
    return Tally(base_loss=base)


def _resumed(model: nn.Module, optimizer: AdamW, source: Source, store: Checkpoints, metrics: Metrics) -> Tally | None:
    """Weights, moments, log and numbers as the newest checkpoint has them; None where there is none."""
    checkpoint = store.latest()
    if checkpoint is None:
        return None
    put_weights(model, _under("weights/", checkpoint.tensors))
    put_moments(model, optimizer, _under("moments/", checkpoint.tensors))
    tally = Tally.from_json(checkpoint.numbers)
    metrics.rewind(tally.step)
    if tally.step < source.total and not tally.stopped_early:
        tally.resumed_at.append(tally.step)
    return tally


def _save(model: nn.Module, optimizer: AdamW, store: Checkpoints, tally: Tally) -> None:
    weights = {f"weights/{name}": value for name, value in weights_of(model).items()}
    moments = {f"moments/{name}": value for name, value in moments_of(model, optimizer).items()}
    store.save(tally.step, tally.best_step, tally.to_json(), weights | moments)


def _under(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
