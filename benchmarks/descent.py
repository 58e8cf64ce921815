"""One optimizer step by the pieces that `train/loop.py` is made of: what our side of every comparison times."""

from torch import nn
from torch.optim import AdamW

from finewright.base.recipe_train import Learning
from finewright.model.batch import Step
from finewright.train.loop import Loss
from finewright.train.optim import clip_gradients, descend

SEED = 0
MICRO_TOKENS = 4096
"""What `finewright run` chooses with some 16 GB free."""


def descended(model: nn.Module, optimizer: AdamW, step: Step, loss: Loss, settings: Learning) -> float:
    """Take one step as the loop does, without a schedule; its loss."""
    summed = 0.0
    for batch in step.batches:
        part = loss(model, batch) / step.weight
        part.backward()
        summed += part.item()
    clip_gradients(optimizer, settings.clip)
    descend(optimizer, settings.rate)
    return summed
