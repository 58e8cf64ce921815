"""How a training's examples are laid out: token trees or padded rows, and whether frozen layers are computed once.

Joins the layout and the kept states of the model room to a run's settings, disk and folder; knows no task.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import nn

from finewright.base.recipe_train import Train
from finewright.flows.machine import disk_free
from finewright.model.batch import Batches, Example
from finewright.model.frozen import keep_states, lowest_learning, states_bytes
from finewright.model.layout import differs, layout_for
from finewright.model.tree import TreeBatches

_DISK_SHARE = 0.5
_COMPUTED_AT_ONCE = 4096
"""Tokens a micro-batch of the frozen layers, which keep nothing for a backward pass; a round number, for it is part
of the bits."""


@dataclass(frozen=True, slots=True)
class LaidOut:
    """Batches for examples, and the layout in words: what a checkpoint belongs to."""

    batches: Batches
    layout: str


def lay_out(
    model: nn.Module,
    learning: Sequence[Example],
    others: Sequence[Example],
    settings: Train,
    *,
    micro_tokens: int,
    pad: int,
    folder: Path,
    identity: Mapping[str, str],
    say: Callable[[str], None],
) -> LaidOut:
    """The layout for `learning` and for `others`, which are batched beside: those to validate with, general ones.

    `folder` gets the states of frozen layers where they are kept; what falls back is said once.
    """
    batches, why_not = layout_for(model.train(), learning, micro_tokens, pad)
    layout = f"{type(batches).__name__} of {micro_tokens} tokens"
    if why_not:
        say(f"Shared tokens are computed again for each example: {why_not}")
    every = [*learning, *others]
    reason = why_not or _why_not_kept(model, every, settings, folder)
    if reason:
        if settings.cache == "on":
            say(f"States of frozen layers are not kept: {reason}")
        return LaidOut(batches, layout)
    frozen = keep_states(model, every, _COMPUTED_AT_ONCE, folder, identity)
    if differing := differs(model, learning, pad, frozen):
        say(f"States of frozen layers are not used: {differing}")
        return LaidOut(batches, layout)
    say(f"The {frozen.layer} layers that do not learn were computed once and are read from disk")
    return LaidOut(TreeBatches(micro_tokens, frozen), f"{layout}, from layer {frozen.layer} on")


def _why_not_kept(model: nn.Module, examples: Sequence[Example], settings: Train, folder: Path) -> str | None:
    """Why states would not be kept, in words; None where they are.

    Whoever goes on with a stopped run finds them kept, whatever the disk has left by then.
    """
    if settings.cache == "off":
        return "train.cache is off"
    if not lowest_learning(model):
        return "the lowest layer learns"
    if folder.exists() or settings.cache == "on":
        return None
    if settings.epochs == 1:
        return "one epoch reads each state once"
    if states_bytes(model, examples) > _DISK_SHARE * disk_free(folder):
        return "they would take more than half of the free disk"
    return None
