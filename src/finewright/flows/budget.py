"""How many tokens training computes at once: chosen from free memory once, and kept, for it decides the last bits.

Sums over micro-batches round differently with where they are cut, so a run that is resumed or repeated takes the budget
that it had: from its resolved recipe, or from what this user's runs with the same base and adapter had before.
"""

from pathlib import Path

from finewright.base.files import digest_json, read_json, write_json
from finewright.base.home import home
from finewright.base.recipe_train import Train
from finewright.flows.machine import memory_free
from finewright.flows.prepare import Run
from finewright.model import cost

_KEY = "train.micro_tokens"
_LEAST, _MOST = 256, 4096  # below, products are too thin for the processor; above, nothing gets faster
_SHARE = 0.5  # of what is free: other programs, and the base that answers for the prompted arms, need the rest


def micro_tokens(prepared: Run, resolved: Path | None = None) -> int:
    """The recipe's own number; else the one in a run's `resolved` recipe; else the one kept; else one chosen now.

    Only with `resolved`, for a run, is a choice kept.
    """
    settings = prepared.recipe.train
    if settings.micro_tokens is not None:
        return settings.micro_tokens
    decides = [prepared.base.digests.combined, settings.lora.model_dump(), settings.gradient_checkpointing]
    if (settings.method, settings.layers, settings.quantise) != ("lora", None, None):
        decides += [settings.method, settings.layers, settings.quantise]
    kept = home() / "budgets" / f"{digest_json(decides)[:16]}.json"
    found = _written(resolved) if resolved else None
    if found is None and kept.exists():
        found = int(read_json(kept)["micro_tokens"])
    if found is None:
        found = fitting(cost.shape_of(prepared.base), settings, memory_free())
    if resolved and not kept.exists():
        write_json(kept, {"base": prepared.base.name, "micro_tokens": found})
    return found


def fitting(shape: cost.Shape, settings: Train, free: int) -> int:
    """The largest power of two of tokens, in bounds, whose training takes at most half of `free` bytes."""
    budget = _MOST
    while budget > _LEAST and cost.training_bytes(shape, settings, budget) > _SHARE * free:
        budget //= 2
    return budget


def _written(resolved: Path) -> int | None:
    if not resolved.exists():
        return None
    written = (row["value"] for row in read_json(resolved) if row["key"] == _KEY)
    return next((int(value) for value in written if value is not None), None)
