"""A way to learn, as `flows/tune.py` takes it: what is learned from, where steps come from, and the loss.

Shapes alone: what fills them is a file a way.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from peft import PeftModel
from torch import nn
from transformers import PreTrainedModel

from finewright.model.batch import Batches, Example
from finewright.train.loop import Loss, Source


@dataclass(frozen=True, slots=True)
class Material:
    """What a training is about: examples to learn and to validate with, none longer than `limit` tokens.

    `pad` fills up batches, and `notes` are said before the first step. `general` examples are replayed beside; their
    share is taken of `counted` examples, where that is not how many there are to learn. `whole` tells that no other
    examples are made while learning, so that what is known of these can be kept.
    """

    learning: list[Example]
    choosing: list[Example]
    limit: int
    pad: int
    notes: Sequence[str] = ()
    general: Sequence[Example] = ()
    counted: int | None = None
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Method:
    """A way to learn: where steps come from, what is lowered, and the loss that chooses the weights.

    `identity` is what a checkpoint belongs to besides its run, and `said` tells what the steps are about. `trained` is
    what the loop trains, where that is more than the model: the model, and what it learns with and is not saved with.
    `by_reward` tells that the loss which chooses the weights is minus a reward. `check` is called when training is
    over, and raises where it learned nothing for a reason that this way alone knows. `told` is what the outcome holds
    besides.
    """

    source: Source
    loss: Loss
    validate: Callable[[], float]
    said: str
    identity: Mapping[str, Any] = field(default_factory=dict)
    trained: nn.Module | None = None
    by_reward: bool = False
    check: Callable[[], None] = lambda: None
    told: Mapping[str, Any] = field(default_factory=dict)


Teach = Callable[[PreTrainedModel | PeftModel, Material, Batches], Method]
"""What is to be trained, what it is about and how that is laid out -> how it is learned. Called with the base's answers
still in the model: an adapter is new, or the one that training goes on from."""
